using System.Collections.Concurrent;
using System.Text;
using ComfyFunc.Adapters;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Batches;

/// <summary>Rung when a batch has come or is to be canceled.</summary>
public sealed class BatchBell : Bell;

/// <summary>Makes the calls of open batches. One process at a time has a batch in hand; if it dies, another goes on where it was.</summary>
public sealed partial class BatchFeeder(
    BatchStore batches, RunIntake intake, RunStore runs, ExtraData extraData, PendingStore pending, IRunDriver driver, BatchBell bell,
    ComfyFuncOptions options, TimeProvider clock, ILogger<BatchFeeder> logger)
    : RecurringService(clock, logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    // While no batch is open: only one that was left by a process that died can come to be without this bell ringing.
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    // So many calls are made between two writes of the batch's row.
    private const int Stride = 32;
    private const int AtOnce = 8;

    private TimeSpan pause = LookInterval;

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await bell.WaitAsync(pause, Clock, stoppingToken);
        await FeedAsync(stoppingToken);
    }

    /// <summary>Makes the calls of those open batches that no other process has in hand.</summary>
    public async Task FeedAsync(CancellationToken cancellationToken)
    {
        if (!driver.IsReady)
        {
            return; // Its runs would be accepted and then driven by nobody.
        }

        var all = await batches.OpenAsync(cancellationToken);
        pause = all.IsEmpty ? IdleInterval : LookInterval;
        foreach (var open in all)
        {
            var now = Clock.GetUtcNow();
            if ((HasRoom || open.IsCanceled) && await batches.FindAsync(open, cancellationToken) is { } batch && batch.HeldUntil < now
                && await batches.TryWriteAsync(batch with { HeldUntil = now + Hold }, cancellationToken) is { } held)
            {
                await AdvanceAsync(held, cancellationToken);
            }
        }
    }

    // While the queue is full no batch is even opened: what its calls say may be megabytes.
    private bool HasRoom => pending.Known.Count < options.MaxQueued;

    private async Task AdvanceAsync(Batch batch, CancellationToken cancellationToken)
    {
        var calls = await batches.CallsAsync(batch, cancellationToken);
        while (batch is { CancelRequestedAt: null, IsDone: false } && HasRoom)
        {
            var stride = Enumerable.Range(batch.Made, Math.Min(Stride, batch.Total - batch.Made)).ToArray();
            var refused = new ConcurrentQueue<RefusedCall>();
            await Parallel.ForEachAsync(stride,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, ct) =>
            {
                if (await MakeAsync(batch, calls, i, ct) is { } refusal)
                {
                    refused.Enqueue(refusal);
                }
            });
            var made = batch.Made + stride.Length;
            var next = batch with
            {
                Made = made,
                Refused = [.. batch.Refused, .. refused.OrderBy(r => r.Index)],
                IsDone = made == batch.Total,
                HeldUntil = made == batch.Total ? Clock.GetUtcNow() : Clock.GetUtcNow() + Hold,
            };
            if (await batches.TryWriteAsync(next, cancellationToken) is not { } written)
            {
                batch = await batches.FindAsync(batch.Id, cancellationToken) ?? batch with { IsDone = true };
                continue; // A cancel came between, or another process has it: what was made is found there by its ids.
            }

            batch = written;
        }

        if (batch is { CancelRequestedAt: { } at, IsDone: false })
        {
            await CancelAsync(batch, calls, at, cancellationToken);
        }
        else if (!batch.IsDone)
        {
            // The queue is full; later.
            await batches.ChangeAsync(batch.Id, b => b with { HeldUntil = Clock.GetUtcNow() }, cancellationToken);
        }
    }

    /// <returns>Why the call made no run, if it made none.</returns>
    private async Task<RefusedCall?> MakeAsync(Batch batch, BatchCalls calls, int index, CancellationToken cancellationToken)
    {
        var call = calls.Calls[index];
        if (await runs.FindAsync(call.Run, cancellationToken) is not null)
        {
            return null; // Made before a process died. If nobody drives it, the rescue finds it.
        }

        var (extra, fault) = await extraData.ForCallsAsync(batch.Id, batch.ExtraData, cancellationToken);
        if (fault is not null)
        {
            return new(index, [fault]);
        }

        var reply = await intake.AcceptAsync(
            new Call(batch.Workflow)
            {
                Version = $"{batch.Version}",
                Body = Encoding.UTF8.GetBytes(call.Body),
                Run = call.Run,
                Batch = batch.Id,
                Cause = batch.TraceParent,
                Place = new(index, calls.Axes),
                Client = batch.Client,
                SeesAll = batch.SeesAll,
                Server = batch.Server,
                Priority = batch.Priority,
                Demands = batch.Demands,
                StartWithin = batch.StartWithin,
                FinishWithin = batch.FinishWithin,
                Webhook = batch.Webhook,
                CommonMetadata = batch.Metadata,
                ExtraData = extra,
            },
            cancellationToken);
        if (reply is IntakeReply.Refused refused)
        {
            return new(index, refused.Faults);
        }

        await driver.StartAsync(call.Run, cancellationToken);
        return null;
    }

    private async Task CancelAsync(Batch batch, BatchCalls calls, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var canceled = 0;
        await Parallel.ForEachAsync(calls.Calls.Take(Math.Min(batch.Total, batch.Made + Stride)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (call, ct) =>
        {
            if (await runs.ChangeAsync(call.Run, r => r.WithCancelRequested(at), ct) is { Outcome: null })
            {
                await driver.SignalAsync(call.Run, new RunEvent.CancelRequested(at), ct);
                Interlocked.Increment(ref canceled);
            }
        });
        await batches.ChangeAsync(batch.Id, b => b with { IsDone = true }, cancellationToken);
        BatchCanceled(batch.Id, canceled);
    }

    [LoggerMessage(EventIds.BatchCanceled, LogLevel.Information, "Batch {BatchId} was canceled; {Count} of its runs were open.")]
    private partial void BatchCanceled(string batchId, int count);
}
