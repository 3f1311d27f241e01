using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.RateLimiting;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Usage;

/// <summary>
/// Turns away calls of clients that have had what they may take. Counts of the Runs table are a moment old, so that several processes may
/// let a few more through.
/// </summary>
public sealed class Quotas(RunStore runs, ComfyFuncOptions options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);
    private const int OpenRetrySeconds = 5;

    // What was made longer ago than that has its row, but for runs of batches: these are counted when all are counted again.
    private static readonly TimeSpan LongestIntake = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Trust = TimeSpan.FromMinutes(10);

    private readonly PartitionedRateLimiter<string> minutes = PartitionedRateLimiter.Create<string, string>(client =>
        QuotaOf(options, client)?.RunsPerMinute is { } most
            ? RateLimitPartition.GetFixedWindowLimiter(client, _ => new() { PermitLimit = most, Window = TimeSpan.FromMinutes(1) })
            : RateLimitPartition.GetNoLimiter(client));

    private readonly ConcurrentDictionary<string, Load> loads = new();
    private readonly ConcurrentDictionary<string, Settled> settled = new();
    private readonly ConcurrentDictionary<string, AllEnded> allEnded = new();

    public void Dispose() => minutes.Dispose();

    /// <returns>The answer that turns the call away; <see langword="null"/> counts it and lets it in.</returns>
    public async Task<IResult?> RefusalAsync(HttpResponse response, string client, CancellationToken cancellationToken)
    {
        if (QuotaOf(options, client) is not { } quota)
        {
            return null;
        }

        using var lease = minutes.AttemptAcquire(client);
        if (!lease.IsAcquired)
        {
            return Refuse(response, lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1),
                $"{quota.RunsPerMinute} calls a minute are yours.");
        }

        if (quota is { OpenRuns: null, RunsPerDay: null })
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var load = await LoadAsync(client, quota, now, cancellationToken);
        if (load.Open >= quota.OpenRuns)
        {
            return Refuse(response, TimeSpan.FromSeconds(OpenRetrySeconds),
                $"{quota.OpenRuns} runs at a time are yours; let one end first.");
        }

        if (load.Today >= quota.RunsPerDay)
        {
            return Refuse(response, now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime,
                $"{quota.RunsPerDay} runs a day are yours; the next begins at midnight UTC.");
        }

        loads.AddOrUpdate(client, load, (_, known) => known with { Open = known.Open + 1, Today = known.Today + 1 });
        return null;
    }

    private async Task<Load> LoadAsync(string client, QuotaOptions quota, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (loads.TryGetValue(client, out var known) && now - known.At < Freshness && IsSameDay(known.At, now))
        {
            return known;
        }

        var open = quota.OpenRuns is null ? 0 : await OpenAsync(client, now, cancellationToken);
        return loads[client] = new(now, open, quota.RunsPerDay is null ? 0 : await TodayAsync(client, now, cancellationToken));
    }

    // An ended run is never open again: those before the oldest open one need not be looked at once more. But some rows are still to come.
    private async Task<int> OpenAsync(string client, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = allEnded.TryGetValue(client, out var known) && now - known.LookedAtAll < Trust ? known : null;
        var (count, oldest) = await runs.CountOpenAsync(client, now, before?.Before, cancellationToken);
        var stillToCome = now - LongestIntake;
        allEnded[client] = new(before?.LookedAtAll ?? now,
            oldest is { } id && RunKeys.CreatedAt(id) is var at && at < stillToCome ? at : stillToCome);
        return count;
    }

    // Most of a day's runs need not be counted every time.
    private async Task<int> TodayAsync(string client, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!settled.TryGetValue(client, out var earlier) || now - earlier.At >= Trust || !IsSameDay(earlier.At, now))
        {
            var before = now - LongestIntake;
            var count = await runs.CountMadeAsync(client, now, since: null, before, cancellationToken);
            settled[client] = earlier = new(now, before, count);
        }

        return earlier.Today + await runs.CountMadeAsync(client, now, earlier.Before, before: null, cancellationToken);
    }

    private static bool IsSameDay(DateTimeOffset a, DateTimeOffset b) => a.UtcDateTime.Date == b.UtcDateTime.Date;

    private static QuotaOptions? QuotaOf(ComfyFuncOptions options, string client) =>
        options.Quotas.FirstOrDefault(q => q.Client == client) ?? options.Quotas.FirstOrDefault(q => q.Client == QuotaOptions.Others);

    private static IResult Refuse(HttpResponse response, TimeSpan after, string detail)
    {
        response.Headers.RetryAfter = Math.Ceiling(Math.Max(1, after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Problems.From(FaultCode.RateLimited, detail);
    }

    private sealed record Load(DateTimeOffset At, int Open, int Today);

    /// <param name="LookedAtAll">When all were last looked at.</param>
    /// <param name="Before">No open run has an id from before.</param>
    private sealed record AllEnded(DateTimeOffset LookedAtAll, DateTimeOffset Before);

    /// <param name="Today">How many of this day's runs have ids from before.</param>
    private sealed record Settled(DateTimeOffset At, DateTimeOffset Before, int Today);
}
