using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>
/// The signs of life of one host, as the process that listens to it has seen them: what is first in its queue, since when, and what was
/// heard of it.
/// </summary>
public sealed record HostSigns
{
    public static HostSigns None { get; } = new();

    /// <summary>The prompt in <c>queue_running</c>.</summary>
    public PromptId? Running { get; init; }

    public ImmutableArray<PromptId> Pending { get; init; } = [];

    /// <summary>When its queue was last looked at; <see langword="null"/> while only events have told of it.</summary>
    public DateTimeOffset? LookedAt { get; init; }

    /// <summary>When the worker last took a prompt or let one go.</summary>
    public DateTimeOffset MovedAt { get; init; }

    /// <summary>
    /// When the running prompt last showed progress; <see langword="null"/> while nothing has been heard of its execution.
    /// </summary>
    public DateTimeOffset? ProgressedAt { get; init; }

    /// <summary>Prompts in the queue that none of our slots was lent for.</summary>
    public ImmutableArray<PromptId> Strangers { get; init; } = [];

    /// <summary>Whether the running prompt belongs to no client, so that its events go to every socket.</summary>
    public bool IsAudible { get; init; }

    /// <summary>Whether the running prompt's events come here and the socket is known to work: if not, silence says nothing.</summary>
    public bool IsHearing { get; init; }

    /// <summary>Whether the prompt stands in the queue, or runs.</summary>
    public bool Has(PromptId prompt) => Running == prompt || Pending.Contains(prompt);

    /// <summary>After a look at the queue.</summary>
    /// <param name="isAudible">Whether the running prompt's events go to every socket, ours too.</param>
    public HostSigns Looked(PromptId? running, ImmutableArray<PromptId> pending, bool isHearing, DateTimeOffset now, bool isAudible = false)
    {
        // New prompts at the end are no movement: anybody may add them, only the worker takes them away.
        var hasMoved = running != Running || Pending.Any(p => !pending.Contains(p)) || (running is null && Pending.IsEmpty);
        return this with
        {
            Running = running,
            Pending = pending,
            LookedAt = now,
            MovedAt = hasMoved ? now : MovedAt,
            ProgressedAt = running == Running ? ProgressedAt : null,
            IsHearing = isHearing,
            IsAudible = isAudible,
        };
    }

    /// <summary>After a look: who in the queue is not ours.</summary>
    /// <param name="lent">The prompts that our slots were lent for, as far as this process knows.</param>
    /// <returns>The signs, and how many prompts of others stand in the queue.</returns>
    public (HostSigns Signs, int Foreign) Told(IEnumerable<PromptId> lent)
    {
        ImmutableArray<PromptId> queue = Running is { } running ? [running, .. Pending] : Pending;
        var strangers = queue.Except(lent).ToImmutableArray();

        // Another process may have lent a slot a moment ago, whose row this one has not seen yet: one of our make is a stranger at the
        // second look.
        return (this with { Strangers = strangers }, strangers.Count(s => !s.IsDerived || Strangers.Contains(s)));
    }

    /// <summary>Whether the prompt that runs is somebody else's.</summary>
    public bool IsForeign(int foreign) => foreign > 0 && Running is { } running && Strangers.Contains(running);

    /// <summary>After an event of a prompt's execution, which may be faster than any look.</summary>
    public HostSigns Progressed(PromptId prompt, DateTimeOffset now) => prompt == Running
        ? this with { ProgressedAt = now, IsHearing = true }
        : this with { Running = prompt, Pending = Pending.Remove(prompt), MovedAt = now, ProgressedAt = now, IsHearing = true };
}

/// <summary>Tells a host that gets on with its work from one that merely answers.</summary>
public static class StuckRules
{
    // Without its events a prompt that executes cannot be told from one that hangs; only a very long time can.
    private const double DeafPatience = 6;

    /// <param name="slot">What the running prompt was lent: <see langword="null"/> for one that no run of ours waits for.</param>
    /// <param name="isWatched">Whether this process watches the running prompt; another may.</param>
    /// <param name="isOnTrial">Whether the host has to prove itself: what a stopped worker left running blocks it for ever.</param>
    public static Verdict Judge(HostSigns signs, HeldSlot? slot, bool isWatched, bool isOnTrial, HealthLimits limits, DateTimeOffset now)
    {
        var still = now - signs.MovedAt;
        if (signs.Running is not { } running)
        {
            return !signs.Pending.IsEmpty && still >= limits.ZombieAfter
                ? new Verdict.Zombie($"It has accepted prompts and begun none for {Seconds(still)}.") : Verdict.Fine;
        }

        if (slot is null)
        {
            if (signs.IsAudible && signs.ProgressedAt is null && still >= limits.ZombieAfter)
            {
                return new Verdict.Zombie($"It took somebody's prompt and has not begun it for {Seconds(still)}.");
            }

            return !signs.Pending.IsEmpty && still >= (isOnTrial ? limits.ZombieAfter : limits.StuckAfter * DeafPatience)
                ? new Verdict.Zombie($"A prompt that no run waits for has blocked it for {Seconds(still)}.")
                : Verdict.Fine;
        }

        if (!isWatched)
        {
            return Verdict.Fine;
        }

        if (signs.IsHearing && signs.ProgressedAt is null && still >= limits.ZombieAfter)
        {
            return new Verdict.Zombie($"It took a prompt and has not begun it for {Seconds(still)}.");
        }

        var patience = TimeSpan.FromSeconds(Math.Max(limits.StuckAfter.TotalSeconds, 3 * slot.ExpectedSeconds)) * (signs.IsHearing
            ? 1 : DeafPatience);
        return now - (signs.ProgressedAt ?? signs.MovedAt) >= patience ? new Verdict.Stuck(running) : Verdict.Fine;
    }

    private static string Seconds(TimeSpan time) => $"{Math.Round(time.TotalSeconds)} s";
}

/// <summary>What a host's signs of life mean.</summary>
public abstract record Verdict
{
    private Verdict() { }

    public static Verdict Fine { get; } = new Well();

    public sealed record Well : Verdict;

    /// <summary>Its worker has stopped: nothing runs any more, though HTTP stays healthy.</summary>
    public sealed record Zombie(string Reason) : Verdict;

    /// <summary>One prompt hangs; the host may be well.</summary>
    public sealed record Stuck(PromptId Prompt) : Verdict;
}
