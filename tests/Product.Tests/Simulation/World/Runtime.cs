using System.Threading.Channels;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Simulation;

/// <summary>
/// What drives the runs. As Durable Functions do: the loops outlive every process, an activity whose process died is carried out again
/// later, some are carried out twice, and signals are lost, late or doubled. As the embedded driver does: the loops die with their process
/// and are resumed by the next.
/// </summary>
internal sealed class Runtime(SimWorld world, bool isDurable)
{
    private static readonly TimeSpan Visibility = TimeSpan.FromSeconds(60);

    public bool IsDurable => isDurable;

    private readonly ProcessContext durable = new(world.Time);
    private readonly Dictionary<RunId, Channel<RunEvent>> mailboxes = [];

    public IRunDriver For(Facade process) => new Driver(this, process);

    /// <summary>A process has come up.</summary>
    public async Task StartedAsync(Facade process)
    {
        if (!isDurable)
        {
            mailboxes.Clear(); // They were the last process's.
            await foreach (var run in process.Runs.OpenRunsAsync(since: null, default))
            {
                Drive(process, run.Id, new RunEvent.DeadlinePassed(process.Clock.GetUtcNow()));
            }
        }
    }

    private void Drive(Facade process, RunId run, RunEvent first)
    {
        var mailbox = Channel.CreateUnbounded<RunEvent>();
        if (mailboxes.TryAdd(run, mailbox))
        {
            (isDurable ? durable : process.Context).Run(() => DriveAsync(process, run, first, mailbox));
        }
    }

    private async Task DriveAsync(Facade process, RunId run, RunEvent first, Channel<RunEvent> mailbox)
    {
        var pause = await AdvanceAsync(process, run, first, 0, mailbox);
        while (pause.Until is { } until)
        {
            pause = await AdvanceAsync(process, run, await NextAsync(mailbox, until), pause.Step, mailbox);
        }

        mailboxes.Remove(run);
    }

    private async Task<RunEvent> NextAsync(Channel<RunEvent> mailbox, DateTimeOffset until) =>
        await TryNextAsync(mailbox, until) ?? new RunEvent.DeadlinePassed(world.Time.GetUtcNow());

    private async Task<RunEvent?> TryNextAsync(Channel<RunEvent> mailbox, DateTimeOffset until)
    {
        using var patience =
            new CancellationTokenSource(until > world.Time.GetUtcNow() ? until - world.Time.GetUtcNow() : TimeSpan.Zero, world.Time);
        try
        {
            return await mailbox.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<RunPause> AdvanceAsync(Facade process, RunId run, RunEvent @event, int step, Channel<RunEvent> mailbox)
    {
        for (var delay = 1; ; delay = Math.Min(30, delay * 2))
        {
            var worker = isDurable ? await AnyoneAsync() : process;
            if (isDurable && world.Random.NextDouble() < world.DuplicateActivities)
            {
                _ = CarryOutAsync(await AnyoneAsync(), run, @event, step, null);
            }

            List<RunEvent> heard = [];
            if (await CarryOutAsync(worker, run, @event, step, isDurable ? null : SoonAsync) is { } pause)
            {
                return pause;
            }

            heard.ForEach(e => mailbox.Writer.TryWrite(e));

            async Task<RunEvent?> SoonAsync(DateTimeOffset until, CancellationToken _)
            {
                var next = await TryNextAsync(mailbox, until);
                if (next is not null)
                {
                    heard.Add(next);
                }

                return next;
            }

            await Task.Delay(TimeSpan.FromSeconds(delay), world.Time);
        }
    }

    private async Task<Facade> AnyoneAsync()
    {
        while (world.Living.ToArray() is not { Length: > 0 })
        {
            await Task.Delay(TimeSpan.FromSeconds(1), world.Time);
        }

        var living = world.Living.ToArray();
        return living[world.Random.Next(living.Length)];
    }

    // null: it failed, or its process died under it.
    private async Task<RunPause?> CarryOutAsync(Facade process, RunId run, RunEvent @event, int step, SoonAsync? soon)
    {
        var done = new TaskCompletionSource<RunPause?>();
        process.Context.Run(async () =>
        {
            try
            {
                var pause = await process.Executor.AdvanceAsync(run, @event, step, soon, default);
                world.Time.Post(() => done.TrySetResult(pause));
            }
            catch (StorageUnavailableException)
            {
                world.Time.Post(() => done.TrySetResult(null));
            }
            catch (Exception e)
            {
                world.Laws.Break($"A step of run {run} threw: {e}");
                world.Time.Post(() => done.TrySetResult(null));
            }
        });
        GiveUpWhenDead();
        return await done.Task;

        void GiveUpWhenDead() => world.Time.After(Visibility.TotalSeconds, () =>
        {
            if (!process.Context.IsAlive)
            {
                done.TrySetResult(null);
            }
            else if (!done.Task.IsCompleted)
            {
                GiveUpWhenDead();
            }
        });
    }

    private void Signal(RunId run, RunEvent signal)
    {
        // In one process nothing is lost between the two; between processes everything may be.
        var times = !isDurable ? 1 : world.Random.NextDouble() < world.SignalFaults ? world.Random.Next(2) * 2 : 1;
        for (var i = 0; i < times; i++)
        {
            world.Time.After(isDurable ? world.Random.NextDouble() * 0.3 : 0, () =>
            {
                if (mailboxes.TryGetValue(run, out var mailbox))
                {
                    mailbox.Writer.TryWrite(signal);
                }
            });
        }
    }

    private sealed class Driver(Runtime runtime, Facade process) : IRunDriver
    {
        public bool IsReady => true;

        public bool DrivesHere => !runtime.IsDurable;

        public long Signals => 0;

        public Task StartAsync(RunId run, CancellationToken cancellationToken)
        {
            runtime.Drive(process, run, new RunEvent.Accepted(process.Clock.GetUtcNow()));
            return Task.CompletedTask;
        }

        public Task ResumeAsync(RunId run, CancellationToken cancellationToken)
        {
            runtime.Drive(process, run, new RunEvent.DeadlinePassed(process.Clock.GetUtcNow()));
            return Task.CompletedTask;
        }

        public Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken)
        {
            runtime.Signal(run, signal);
            return Task.CompletedTask;
        }

        public async Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken)
        {
            if (runtime.IsDurable)
            {
                await process.Executor.AdvanceAsync(run, news, step: 0, cancellationToken);
            }

            runtime.Signal(run, news);
        }

        public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
