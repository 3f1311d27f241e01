using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server.News;

/// <summary>Two processes over one storage, one of which submitted a prompt and listens to its host.</summary>
public abstract class TwoProcesses : IAsyncLifetime
{
    private protected static readonly HostId Host = new("h");

    private protected FakeTimeProvider Clock { get; } = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    private protected ServerRig Listening { get; private set; } = null!; // Set before each test.

    private protected ServerRig Other { get; private set; } = null!; // Set before each test.

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Listening = await new ServerRig(clock: Clock).StartedAsync();
        Other = await new ServerRig(before: Listening, clock: Clock).StartedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Other.DisposeAsync();
        await Listening.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static RunRecord Ended(RunRecord run) =>
        run with { State = new RunState.Ended(new RunOutcome.Succeeded()), CompletedAt = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero) };

    private protected static (double Value, string? Node) ProgressOf(JsonObject shown) =>
        ((double)shown["progress"]!["value"]!, (string?)shown["progress"]!["node"]);

    private protected static Task<JsonObject> ShowAsync(ServerRig process, RunRecord run) =>
        process.Get<RunResource>().ShowAsync(run, RunView.ForAnybody, Cancellation);

    private protected void Progress(Lease lease, double value, string node) =>
        Listening.Get<PromptWatch>().Progressed(lease.Prompt, new(value, 1, 4, node, null, null));

    private protected Task PublishAsync() => Listening.Get<ProgressPublisher>().PublishAsync(Cancellation);

    private protected async Task<RunRecord> EndAsync(RunRecord run)
    {
        // It is there.
        var ended = (await Listening.Get<RunStore>()
            .ChangeAsync(run.Id, r => Ended(r) with { CompletedAt = Clock.GetUtcNow() }, Cancellation))!;
        await Listening.Get<RunEnds>().EndedAsync(ended, Cancellation);
        return ended;
    }

    private protected async Task<(RunRecord Run, Lease Lease)> ExecutingAsync()
    {
        var now = Clock.GetUtcNow();
        var id = RunIds.New(Clock);
        var lease = new Lease(Host, id, 1);
        var run = SomeRun.In(new RunState.Executing(Placement.First, lease, Inspections: 0), Clock, id) with
        {
            StartedAt = now,
            Attempts = [new(1, Host, lease.Prompt, now)]
        };
        run = await Listening.Get<RunStore>().InsertAsync(run, Cancellation);
        await Listening.Get<HostStore>()
            .PutAsync(Host, _ => new() { Id = Host, Url = new("http://127.0.0.1:1/"), Leases = [new(id, 1, now)] }, Cancellation);
        Listening.Get<PromptWatch>().Watch(lease, nodes: 4);
        return (run, lease);
    }

    /// <summary>The run's row as it is when the attempt after the lease's executes.</summary>
    private protected (RunRecord Run, Lease Lease) Next(RunRecord run, Lease lease)
    {
        var next = lease with { Attempt = lease.Attempt + 1 };
        return (run with { Attempts = run.Attempts.Add(new(next.Attempt, Host, next.Prompt, Clock.GetUtcNow())) }, next);
    }
}
