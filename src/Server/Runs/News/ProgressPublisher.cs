using System.Collections.Immutable;
using ComfyFunc.Comfy;
using ComfyFunc.Storage;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Runs;

/// <summary>
/// Writes down how far the runs are that this process listens to: often for those that somebody follows from another process, now and then for the
/// others, and never for those that are over in a few seconds. While nothing executes it does nothing.
/// </summary>
public sealed class ProgressPublisher(
    ProgressBoard board, PreviewBoard previews, ProgressRows rows, RunFollowers followers, IBlobStore blobs, TimeProvider clock, ILogger<ProgressPublisher> logger)
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
        await board.Bell.WaitAsync(IdlePatience, Clock, stoppingToken);
        do
        {
            await PublishAsync(stoppingToken);
            await Task.Delay(LookInterval, Clock, stoppingToken);
        }
        while (told.Count > 0 || board.All.Count > 0);
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

        foreach (var (run, last) in told.Where(t => all.All(a => a.Lease.Run != t.Key)).ToArray())
        {
            await EndAsync(run, last, cancellationToken);
        }
    }

    private async Task PublishAsync(Lease lease, PromptProgress progress, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!told.TryGetValue(lease.Run, out var last) || last.Lease != lease)
        {
            last?.Following?.Dispose();
            told[lease.Run] = last = new(lease, now) { IsWritten = last?.IsWritten ?? false };
        }

        var isFollowed = followed.TryGetValue(lease.Run, out var withPreviews);
        if (withPreviews)
        {
            last.Following ??= previews.Follow(lease.Run);
        }

        var preview = withPreviews ? previews.Of(lease.Run) : null;
        if (now - last.At < (isFollowed ? last.IsWritten ? FollowedInterval : TimeSpan.Zero : UnfollowedInterval) || (progress == last.Progress && preview == last.Preview))
        {
            return;
        }

        if (preview is not null && preview != last.Preview)
        {
            await blobs.PutBytesAsync(RunBlobs.Preview(lease.Run), preview.Content, preview.ContentType, cancellationToken);
            (last.Preview, last.Previews) = (preview, last.Previews + 1);
        }

        await rows.WriteAsync(new(lease.Run, lease.Attempt, progress, last.Previews, last.Preview?.ContentType), cancellationToken);
        (last.Progress, last.At, last.IsWritten) = (progress, now, true);
    }

    private async Task EndAsync(RunId run, Told last, CancellationToken cancellationToken)
    {
        last.Following?.Dispose();
        told.Remove(run);
        if (last.IsWritten)
        {
            await rows.RemoveAsync(run, cancellationToken);
        }

        if (last.Previews > 0)
        {
            await blobs.DeleteAsync(RunBlobs.Preview(run), cancellationToken);
        }
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
