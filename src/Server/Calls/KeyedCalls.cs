using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Calls;

/// <summary>
/// Lets a caller send one call many times and have one run. The first to write the key's row owns the call and has named the run in it;
/// every other finds that run, or waits until it is there. A call that is refused leaves its key free.
/// </summary>
public sealed class KeyedCalls(IDocumentTables tables, RunStore runs, TimeProvider clock)
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    // Longer than any call takes to be accepted, the slowest fetch of an input included.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(3);

    // Whoever makes the call says so in between. Looks are counted, not seconds: clocks differ, and a process may be stopped for a while.
    private const int LooksUntilAbandoned = 200;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan HoldInterval = TimeSpan.FromSeconds(2);
    private const string Partition = "calls";
    private const int DaysKept = 2;
    private const int DaysLookedBack = 13; // A query has fifteen comparisons at most.

    private readonly IDocumentTable table = tables["calls"];
    private string sweptOn = "";

    /// <summary>Claims the key for a new run, or finds what became of the call that has it.</summary>
    public async Task<KeyReply> ClaimAsync(CallKey key, CancellationToken cancellationToken)
    {
        var mine = new Row(RunIds.New(clock), key.Fingerprint, clock.GetUtcNow());
        var tries = new WriteTries($"the call '{key.Name}'");
        var (seen, looks) = ("", 0);
        while (true)
        {
            if (await table.InsertAsync(ToDocument(key, mine), cancellationToken) is WriteReply.Written)
            {
                return new KeyReply.Claimed(mine.Run);
            }

            if (await table.FindAsync(Partition, key.Name, cancellationToken) is not { } document)
            {
                tries.Lost();
                continue; // The call that had it was refused just now.
            }

            var theirs = StoredJson.Read<Row>(document.Json);
            var age = clock.GetUtcNow() - theirs.At;
            if (theirs.Run == mine.Run)
            {
                return new KeyReply.Claimed(mine.Run); // The insert was repeated below us.
            }

            var run = age < Memory ? await runs.FindAsync(theirs.Run, cancellationToken) : null;
            (seen, looks) = (document.ETag, document.ETag == seen ? looks + 1 : 0);
            if (age >= Memory || (run is null && (age >= Abandoned || looks >= LooksUntilAbandoned)))
            {
                if (await table.ReplaceAsync(ToDocument(key, mine) with { ETag = document.ETag }, cancellationToken) is WriteReply.Written)
                {
                    return new KeyReply.Claimed(mine.Run);
                }

                tries.Lost();
            }
            else if (theirs.Fingerprint != key.Fingerprint)
            {
                return new KeyReply.Reused();
            }
            else if (run is not null)
            {
                return new KeyReply.Found(run);
            }
            else
            {
                await Task.Delay(LookInterval, clock, cancellationToken);
            }
        }
    }

    /// <summary>Makes a call whose key was claimed; who sends it too sees that it is being made.</summary>
    public async Task<T> HoldAsync<T>(CallKey key, RunId run, Func<Task<T>> make)
    {
        using var made = new CancellationTokenSource();
        var saying = SayAsync(key, run, made.Token);
        try
        {
            return await make();
        }
        finally
        {
            await made.CancelAsync();
            await saying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // It was only said for the others.
        }
    }

    /// <summary>Frees the key of a call that made no run.</summary>
    public Task FreeAsync(CallKey key, CancellationToken cancellationToken) =>
        table.DeleteAsync(Partition, key.Name, etag: null, cancellationToken);

    /// <summary>Forgets keys whose time is over: once a day, since each belongs to the day on which it was claimed.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var today = clock.GetUtcNow();
        if (sweptOn == UtcDay.Of(today))
        {
            return;
        }

        // By one query: where days have no index, each is a look at all keys.
        var old = Enumerable.Range(DaysKept, DaysLookedBack).Select(back => (object)UtcDay.Of(today.AddDays(-back)));
        await table.ClearAsync(
            new() { Partition = Partition, WhereAny = ImmutableDictionary<string, ImmutableArray<object>>.Empty.Add("Day", [.. old]) },
            cancellationToken);
        sweptOn = UtcDay.Of(today);
    }

    // The row's tag is what says it.
    private async Task SayAsync(CallKey key, RunId run, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(HoldInterval, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (await table.FindAsync(Partition, key.Name, cancellationToken) is { } document
                && StoredJson.Read<Row>(document.Json).Run == run)
            {
                await table.ReplaceAsync(document, cancellationToken);
            }
        }
    }

    private static Document ToDocument(CallKey key, Row row) => new(Partition, key.Name, StoredJson.Write(row))
    {
        Columns = ImmutableDictionary<string, object>.Empty.Add("Day", UtcDay.Of(row.At)),
    };

    internal sealed record Row(RunId Run, string Fingerprint, DateTimeOffset At);
}

/// <summary>Whose a key is.</summary>
public abstract record KeyReply
{
    private KeyReply() { }

    /// <summary>The caller's: its run is to have this id.</summary>
    public sealed record Claimed(RunId Run) : KeyReply;

    /// <summary>This call was made before, and made this run.</summary>
    public sealed record Found(RunRecord Run) : KeyReply;

    /// <summary>The key belongs to a call that said something else.</summary>
    public sealed record Reused : KeyReply;
}
