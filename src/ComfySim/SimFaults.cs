using System.Text.Json.Serialization;

namespace ComfyFunc.ComfySim;

/// <summary>What goes wrong on a host, on demand. Set at any time, by code or by <c>POST /sim/faults</c>.</summary>
public sealed class SimFaults
{
    private IReadOnlyList<SimAnswer> answers = [];
    private int[] given = [];

    /// <summary>The worker dies at the next prompt: HTTP stays healthy, nothing runs any more.</summary>
    public bool Zombie { get; set; }

    /// <summary>Sockets stay open and nothing is sent on them.</summary>
    public bool SilentSockets { get; set; }

    /// <summary>Milliseconds before each HTTP answer.</summary>
    public int HttpDelayMs { get; set; }

    /// <summary>Refuses every HTTP request by closing the connection.</summary>
    public bool Unreachable { get; set; }

    /// <summary>The process dies when a node of this class begins; <c>*</c> is any.</summary>
    public string? CrashAt { get; set; }

    /// <summary>A node of this class never ends, whatever one does.</summary>
    public string? HangAt { get; set; }

    /// <summary>A node of this class runs out of GPU memory.</summary>
    public string? OutOfMemoryAt { get; set; }

    /// <summary>A node of this class raises.</summary>
    public string? ErrorAt { get; set; }

    /// <summary>So many submits are queued, and their answers lost.</summary>
    public int LoseSubmitReplies { get; set; }

    /// <summary>So many submits are not queued, and their connections closed.</summary>
    public int DropSubmits { get; set; }

    /// <summary>So many submits are accepted with node_errors, as if one output were invalid.</summary>
    public int AcceptInPart { get; set; }

    /// <summary>So many interrupts are answered and have no effect.</summary>
    public int IgnoreInterrupts { get; set; }

    /// <summary>Answers every request and every handshake with this status, 401 or 403 say; 0 does not.</summary>
    public int RefuseWith { get; set; }

    /// <summary>Answers that a host gives instead of its own, the first that fits.</summary>
    public IReadOnlyList<SimAnswer> Answers
    {
        get => answers;
        set
        {
            lock (this)
            {
                (answers, given) = (value, new int[value.Count]);
            }
        }
    }

    /// <summary>How many times the faults named by a class happen before they are over; 0 is no limit.</summary>
    public int Times { get; set; }

    [JsonIgnore]
    internal Action Crash { get; set; } = () => { };

    public void Clear()
    {
        (Zombie, SilentSockets, HttpDelayMs, Unreachable) = (false, false, 0, false);
        (CrashAt, HangAt, OutOfMemoryAt, ErrorAt) = (null, null, null, null);
        (RefuseWith, Answers) = (0, []);
        (LoseSubmitReplies, DropSubmits, AcceptInPart, IgnoreInterrupts, Times) = (0, 0, 0, 0, 0);
    }

    /// <summary>Whether an odd answer is due at a path.</summary>
    internal bool HasAnswerAt(string path) => Answers.Count > 0 && Answers.Any(a => a.IsAt(path));

    /// <summary>The first answer that is due and that <paramref name="try"/> can make something of; counts it.</summary>
    internal TMade? Answer<TMade>(string path, Func<SimAnswer, TMade?> @try) where TMade : class
    {
        lock (this)
        {
            for (var i = 0; i < answers.Count; i++)
            {
                var isDue = answers[i].IsAt(path) && (answers[i].Times <= 0 || given[i] < answers[i].Times);
                if (!isDue || @try(answers[i]) is not { } made)
                {
                    continue;
                }

                given[i]++;
                return made;
            }
        }

        return null;
    }

    internal bool Take(Func<SimFaults, int> read, Action<SimFaults, int> write)
    {
        lock (this)
        {
            var left = read(this);
            if (left <= 0)
            {
                return false;
            }

            write(this, left - 1);
            return true;
        }
    }

    /// <summary>Whether a fault that names this class is due; counts it.</summary>
    internal bool IsDue(string? at, string nodeClass)
    {
        lock (this)
        {
            if (at is null || (at != "*" && at != nodeClass))
            {
                return false;
            }

            if (Times > 0 && --Times == 0)
            {
                (CrashAt, HangAt, OutOfMemoryAt, ErrorAt) = (null, null, null, null);
            }

            return true;
        }
    }
}
