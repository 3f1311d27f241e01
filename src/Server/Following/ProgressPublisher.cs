using System.Collections.Immutable;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Following;

/// <summary>
/// Writes down how far the runs are that this process listens to: often for those that somebody follows from another process, now and then
/// for the others, and never for those that are over in a few seconds. While nothing executes it does nothing.
/// </summary>
public sealed class ProgressPublisher(
    ProgressBoard board, PreviewBoard previews, ProgressRows rows, RunFollowers followers, IBlobStore blobs, TimeProvider clock,
    ILogger<ProgressPublisher> logger)
    : RecurringService(clock, logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FollowedInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan UnfollowedInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FollowersInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdlePatience = TimeSpan.FromMinutes(1);

    private readonly Dictionary<RunId, Told> told = [];
    private ImmutableDictionary<RunId, bool> followed = ImmutableDictionary<RunId, bool>.Empty;
    private DateTimeOffset followersAt;

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        // What is left over from a round that failed rings no more.
        if (told.Count == 0 && board.All.Count == 0)
        {
            await board.Bell.WaitAsync(IdlePatience, Clock, stoppingToken);
        }

        await PublishAsync(stoppingToken);
        await Task.Delay(LookInterval, Clock, stoppingToken);
    }

    /// <summary>Writes what is due.</summary>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        var all = board.All;
        if (all.Count > 0 && now - followersAt >= FollowersInterval)
        {
            followersAt = now;
            followed = await followers.ReadAsync(cancellationToken);
        }

        foreach (var (lease, progress) in all)
        {
            await PublishAsync(lease, progress, now, cancellationToken);
        }

        foreach (var last in told.Values.Where(t => all.All(a => a.Lease.Run != t.Lease.Run)).ToArray())
        {
            await EndAsync(last, cancellationToken);
        }
    }

    private async Task PublishAsync(Lease lease, PromptProgress progress, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = ToldOf(lease, now);
        var isFollowed = followed.TryGetValue(lease.Run, out var withPreviews);
        Follow(last, withPreviews);
        var preview = last.Following is null ? last.Preview : previews.Of(lease.Run) ?? last.Preview;
        var interval = !isFollowed ? UnfollowedInterval : last.IsWritten ? FollowedInterval : TimeSpan.Zero;
        if (now - last.At < interval || (progress == last.Progress && preview == last.Preview))
        {
            return;
        }

        var stored = last.Previews;
        if (preview is not null && preview != last.Preview)
        {
            await blobs.PutBytesAsync(RunBlobs.Preview(lease.Run), preview.Content, preview.ContentType, cancellationToken);
            stored++;
        }

        await rows.WriteAsync(new(lease.Run, lease.Attempt, progress, stored, preview?.ContentType), cancellationToken);
        (last.Progress, last.Preview, last.Previews, last.At, last.IsWritten) = (progress, preview, stored, now, true);
    }

    // What was stored of an attempt before is counted on, and goes with the last.
    private Told ToldOf(Lease lease, DateTimeOffset now)
    {
        if (told.TryGetValue(lease.Run, out var last) && last.Lease == lease)
        {
            return last;
        }

        last?.Following?.Dispose();
        return told[lease.Run] = new(lease, now) { IsWritten = last?.IsWritten ?? false, Previews = last?.Previews ?? 0 };
    }

    private void Follow(Told last, bool withPreviews)
    {
        if (withPreviews)
        {
            last.Following ??= previews.Follow(last.Lease.Run);
        }
        else
        {
            last.Following?.Dispose();
            last.Following = null;
        }
    }

    private async Task EndAsync(Told last, CancellationToken cancellationToken)
    {
        Follow(last, withPreviews: false);
        var isLast = !last.IsWritten || await rows.RemoveAsync(last.Lease, cancellationToken);
        if (isLast && last.Previews > 0)
        {
            await blobs.DeleteAsync(RunBlobs.Preview(last.Lease.Run), cancellationToken);
        }

        told.Remove(last.Lease.Run);
    }

    private sealed class Told(Lease lease, DateTimeOffset since)
    {
        public Lease Lease { get; } = lease;

        /// <summary>When it was last written; at first, when it began.</summary>
        public DateTimeOffset At { get; set; } = since;

        public PromptProgress? Progress { get; set; }

        public bool IsWritten { get; set; }

        public Preview? Preview { get; set; }

        public int Previews { get; set; }

        public IDisposable? Following { get; set; }
    }
}
