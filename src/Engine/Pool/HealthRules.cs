namespace ComfyFunc.Engine.Pool;

/// <summary>
/// When a host is trusted with work: what each kind of news makes of its row. Health means progress; an answer to a probe is none.
/// </summary>
public static class HealthRules
{
    private const int MostRemembered = 32;

    /// <summary>A run ended well: whatever the host was suspected of, it works.</summary>
    public static PoolHost Succeeded(PoolHost host, string work, string inputs) => Ready(host) with
    {
        Record = host.Record with
        {
            Failures = 0,
            Losses = 0,
            Trips = host.Status is HostStatus.Quarantined ? host.Record.Trips / 2 : host.Record.Trips,
            Suspicions = host.Record.Suspicions.RemoveAll(s => s.Work == work && s.Inputs == inputs),
            Proofs = inputs.Length == 0 ? host.Record.Proofs : [.. host.Record.Proofs.Remove(inputs).Add(inputs).TakeLast(MostRemembered)],
        },
    };

    /// <summary>
    /// A node failed. That alone says nothing of the host: callers send broken pictures, and authors save broken workflows. A host that
    /// fails again and again is doubted, and the next failure is tried on another host.
    /// </summary>
    public static PoolHost NodeFailed(PoolHost host) => host with { Record = host.Record with { Failures = host.Record.Failures + 1 } };

    /// <summary>Whether one more failing node is reason to ask another host: it has failed much of late, or is to prove itself.</summary>
    public static bool IsDoubted(PoolHost host, HealthLimits limits, DateTimeOffset now) =>
        host.Record.Failures + 1 >= limits.MaxFailures || host.IsOnTrial(now);

    /// <summary>What failed here went well elsewhere, with the same values.</summary>
    public static PoolHost Accused(PoolHost host, HealthLimits limits, DateTimeOffset now) =>
        Quarantined(host, $"{host.Record.Failures} runs in a row failed here, and the last one went well on another host.",
            limits.FirstRest, limits, now);

    /// <summary>What failed here failed elsewhere too: the failures follow what callers send.</summary>
    public static PoolHost Cleared(PoolHost host) =>
        host.Record.Failures == 0 ? host : host with { Record = host.Record with { Failures = 0 } };

    /// <summary>
    /// It would not take a prompt, for something that another host may have. That is remembered as long as its catalog stays as it is.
    /// </summary>
    public static PoolHost Refused(PoolHost host, string needs, string? inputs, string detail) =>
        host.CatalogHash is not { } catalog ? host : host with
        {
            Record = host.Record with
            {
                Refusals = [.. host.Record.Refusals
                .Where(r => r.Catalog == catalog && (r.Needs != needs || r.Inputs != inputs))
                .Append(new(needs, inputs, catalog, detail))
                .TakeLast(MostRemembered)],
            },
        };

    /// <summary>A submit or a question got no answer, though the host was not known to be gone.</summary>
    public static PoolHost Unanswered(PoolHost host, HealthLimits limits, DateTimeOffset now)
    {
        var silent = host with { Record = host.Record with { Losses = host.Record.Losses + 1 } };
        return host.Status is HostStatus.Ready && silent.Record.Losses >= limits.MaxLosses || host.IsOnTrial(now)
            ? Quarantined(silent, $"It did not answer {silent.Record.Losses} times in a row.", limits.FirstRest, limits, now)
            : silent;
    }

    /// <summary>It does not answer at all. What was executing there is remembered.</summary>
    public static PoolHost Lost(PoolHost host, IEnumerable<HeldSlot> executing, string reason, DateTimeOffset now)
    {
        var suspected = Suspected(host, executing, now);
        return host.Status is HostStatus.Offline ? suspected with { Reason = reason } : suspected with
        {
            Status = IsKeptDraining(host) ? HostStatus.Draining : HostStatus.Offline,
            Reason = IsKeptDraining(host) ? host.Reason : reason,
            RetryAt = null,
            Residency = host.Residency.Emptied(),
            Record = suspected.Record with { Losses = host.Record.Losses + 1 },
        };
    }

    /// <summary>It has forgotten a prompt: its process is new, although nobody saw it go.</summary>
    public static PoolHost Restarted(PoolHost host, HeldSlot slot, DateTimeOffset now)
    {
        var emptied = host with { Residency = host.Residency.Emptied() };
        return slot.FirstAt is null ? emptied
            : Suspected(emptied with { Record = emptied.Record with { Losses = emptied.Record.Losses + 1 } }, [slot], now);
    }

    /// <summary>Remembers what was executing when the host was lost or its worker stopped.</summary>
    public static PoolHost Suspected(PoolHost host, IEnumerable<HeldSlot> executing, DateTimeOffset now)
    {
        var suspicions = host.Record.Suspicions;
        foreach (var slot in executing)
        {
            suspicions = suspicions.RemoveAll(known => known.Work == slot.Work && known.Inputs == slot.Inputs)
                .Add(new(slot.Work, slot.Inputs, now));
        }

        return suspicions == host.Record.Suspicions ? host
            : host with { Record = host.Record with { Suspicions = [.. suspicions.TakeLast(MostRemembered)] } };
    }

    /// <summary>It answers again. One that was lost again and again rests before it gets work.</summary>
    public static PoolHost Returned(PoolHost host, HealthLimits limits, DateTimeOffset now) =>
        host.Status is not HostStatus.Offline ? host
        : host.Record.Losses >= limits.MaxLosses
        ? Quarantined(Ready(host), $"It was lost {host.Record.Losses} times in a row.", limits.FirstRest, limits, now)
        : Ready(host) with
        {
            Status = Fresh(host),
            Reason = FreshReason(host),
            HasLeft = false,
        };

    /// <summary>It says that its process is about to end: it gets nothing new.</summary>
    public static PoolHost Left(PoolHost host) => host.Status is HostStatus.Draining ? host
        : host with { Status = HostStatus.Draining, Reason = "It said goodbye.", RetryAt = null, HasLeft = true };

    /// <summary>It says that it is there. That is no word on whether it is well, but it has not gone, or is back.</summary>
    public static PoolHost HeardFrom(PoolHost host, DateTimeOffset now)
    {
        var heard = host with { HeartbeatAt = now, HasLeft = false };
        return !IsOnItsWay(host) ? heard : heard with { Status = Fresh(host), Reason = FreshReason(host) };
    }

    /// <summary>Gives it no more work until a person releases it, or its rest is over and one run goes well.</summary>
    public static PoolHost Quarantined(PoolHost host, string reason, TimeSpan firstRest, HealthLimits limits, DateTimeOffset now)
    {
        if (host.Status is HostStatus.Draining or HostStatus.Offline)
        {
            return host;
        }

        var rest = firstRest * Math.Pow(2, Math.Min(host.Record.Trips, 16));
        return host with
        {
            Status = HostStatus.Quarantined,
            Reason = reason,
            RetryAt = now + (rest < limits.LongestRest ? rest : limits.LongestRest),
            Record = host.Record with { Trips = host.Record.Trips + 1 },
        };
    }

    /// <summary>A person says that it is well.</summary>
    public static PoolHost Released(PoolHost host) =>
        host with
        {
            Status = HostStatus.Ready,
            Reason = null,
            RetryAt = null,
            HasLeft = false,
            Record = HostRecord.Clean with { Proofs = host.Record.Proofs }
        };

    /// <summary>Other people's prompts that were seen in its queue; <see langword="null"/> when there are none.</summary>
    public static PoolHost Shared(PoolHost host, ForeignWork? foreign) => host.Foreign == foreign ? host : host with { Foreign = foreign };

    // One that drained itself is back as soon as it answers; one that a person drained is not.
    private static bool IsKeptDraining(PoolHost host) => host is { Status: HostStatus.Draining, HasLeft: false };

    private static bool IsOnItsWay(PoolHost host) => host is { Status: HostStatus.Draining, HasLeft: true };

    private static HostStatus Fresh(PoolHost host) => host.WarmUp is null ? HostStatus.Ready : HostStatus.WarmingUp;

    private static string? FreshReason(PoolHost host) => host.WarmUp is null ? null : "Its warm-up has not ended yet.";

    private static PoolHost Ready(PoolHost host) =>
        host.Status is HostStatus.Draining or HostStatus.Ready ? host
        : host with { Status = HostStatus.Ready, Reason = null, RetryAt = null };
}

/// <summary>How much is borne with before a host is given no more work.</summary>
public sealed record HealthLimits
{
    public static HealthLimits Default { get; } = new();

    /// <summary>Runs in a row that fail at a node before another host is asked whether it is the host's fault.</summary>
    public int MaxFailures { get; init; } = 5;

    /// <summary>Times in a row that it is lost or does not answer.</summary>
    public int MaxLosses { get; init; } = 3;

    /// <summary>The first rest; each further one is twice as long.</summary>
    public TimeSpan FirstRest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first rest of a host whose worker has stopped: only a restart helps, and each try costs a run some time.</summary>
    public TimeSpan StuckRest { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan LongestRest { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A host that has accepted work and begins none of it for so long has lost its worker.</summary>
    public TimeSpan ZombieAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A prompt that has begun and shows no progress for so long, and for three times what is expected of it, hangs.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromMinutes(5);
}
