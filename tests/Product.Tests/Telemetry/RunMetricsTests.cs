using System.Diagnostics.Metrics;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Tests.Server;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>What is counted of runs, hosts and storage: exactly, and once.</summary>
public sealed class RunMetricsTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ServerRig rig;
    private readonly ServerRig other;
    private readonly HeardMetrics heard;
    private readonly HeardMetrics elsewhere;

    public RunMetricsTests()
    {
        rig = new ServerRig(clock: clock);
        other = new ServerRig(before: rig, clock: clock);
        (heard, elsewhere) = (new(rig.Get<IMeterFactory>()), new(other.Get<IMeterFactory>()));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await rig.StartedAsync();
        await other.StartedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        heard.Dispose();
        elsewhere.Dispose();
        await rig.DisposeAsync();
        await other.DisposeAsync();
    }

    [Fact]
    public async Task A_run_that_went_well_is_counted_once_where_it_ended_with_all_its_times()
    {
        var start = clock.GetUtcNow();
        var run = SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), clock) with
        {
            CompletedAt = start.AddSeconds(20),
            Files = [new("blob", "name", "image/png", 300)],
            Artifacts = [new() { Tag = "t", Type = "image", Bytes = 500 }, new() { Tag = "t", Type = "image", Bytes = 11 }],
            Attempts =
            [
                new(1, new("lost"), default, start.AddSeconds(2), start.AddSeconds(5), "host_lost"),
                new(2, new("gpu0"), default, start.AddSeconds(7), start.AddSeconds(20), "succeeded")
                {
                    StageMs = 1000,
                    LoadMs = 4000,
                    Loaders = [new("1", "model", PriorSeconds: 1)],
                    ExecutionStartedAt = start.AddSeconds(8),
                    ExecutionEndedAt = start.AddSeconds(18),
                },
            ],
        };
        await rig.Get<RunObservers>().EndedAsync(run, Cancellation);

        Assert.Equal(
            [
                "attempts host=gpu0 attempt.result=succeeded 1", "attempts host=lost attempt.result=host_lost 1",
                "gpu.time workflow=w 13", "input.size workflow=w 300", "output.size workflow=w 511", "run.copy.duration workflow=w 2",
                "run.duration workflow=w outcome=succeeded 20", "run.execution.duration workflow=w 6",
                "run.host_queue.duration workflow=w 1", "run.load.duration workflow=w 4", "run.models workflow=w models=warm 1",
                "run.queue.duration workflow=w 3", "run.stage.duration workflow=w 1", "runs workflow=w outcome=succeeded 1",
            ],
            heard.Sums);
        Assert.Empty(elsewhere.Sums);
    }

    [Fact]
    public async Task Other_ends_are_told_apart_and_why()
    {
        RunOutcome[] outcomes = [new RunOutcome.Failed(new(FaultCode.NodeFailed, "The planted words.")), new RunOutcome.Expired(),
            new RunOutcome.Canceled(false)];
        foreach (var outcome in outcomes)
        {
            await other.Get<RunObservers>().EndedAsync(SomeRun.In(new RunState.Ended(outcome), clock), Cancellation);
        }

        Assert.Equal(
            ["runs workflow=w outcome=canceled 1", "runs workflow=w outcome=expired error.type=start_deadline_exceeded 1",
                "runs workflow=w outcome=failed error.type=node_failed 1"],
            elsewhere.Sums.Where(s => s.StartsWith("runs ", StringComparison.Ordinal)));
        Assert.DoesNotContain(elsewhere.Sums, // They had neither a host nor models.
            s => s.StartsWith("run.queue", StringComparison.Ordinal) || s.StartsWith("run.models", StringComparison.Ordinal));
        Assert.Empty(heard.Sums);
    }

    [Fact]
    public async Task A_quarantine_is_counted_once_however_often_it_is_written()
    {
        var (host, hosts) = (new HostId("gpu0"), rig.Get<HostStore>());
        await hosts.PutAsync(host, _ => new() { Id = host, Url = new("http://127.0.0.1:1/") }, Cancellation);
        await hosts.UpdateAsync(host, h => h with { Status = HostStatus.Quarantined }, Cancellation);
        await hosts.UpdateAsync(host, h => h with { Reason = "It still hangs." }, Cancellation);
        await hosts.UpdateAsync(host, h => h with { Status = HostStatus.Ready }, Cancellation);
        await hosts.UpdateAsync(host, h => h with { Status = HostStatus.Quarantined }, Cancellation);

        Assert.Equal(["quarantines host=gpu0 2"], heard.Sums);
    }

    [Fact]
    public async Task The_pool_is_shown_as_it_is_known()
    {
        var (a, b) = (new HostId("a"), new HostId("b"));
        var run = RunIds.New(clock);
        await rig.Get<HostStore>().PutAsync(a, _ => new()
        {
            Id = a,
            Url = new("http://127.0.0.1:1/"),
            Slots = 1,
            Leases = [new(run, 1, clock.GetUtcNow()), new(RunIds.New(clock), 1, clock.GetUtcNow())]
        }, Cancellation);
        await rig.Get<PendingStore>().AddAsync(
            new() { Run = RunIds.New(clock), Placement = Placement.First, Since = clock.GetUtcNow(), Work = new() { Name = "w@1" } },
            Cancellation);
        await rig.Get<HostStore>().PutAsync(b,
            _ => new() { Id = b, Url = new("http://127.0.0.1:2/"), Slots = 3, Status = HostStatus.WarmingUp }, Cancellation);
        foreach (var shown in (IHostedService[])[.. Of<PoolMetrics>(), .. Of<StorageMetrics>()])
        {
            await shown.StartAsync(Cancellation);
        }

        rig.Get<StorageMeter>().Count(new("table", "GET"));
        rig.Get<StorageMeter>().Fault();
        heard.Look();
        Assert.Equal(
            [
                "host.slots host=a slot.state=free 0", "host.slots host=a slot.state=used 2", "host.slots host=b slot.state=free 3",
                "host.slots host=b slot.state=used 0", "hosts host.status=ready 1", "hosts host.status=warming_up 1", "queue.length 1",
                "storage.faults 1", "storage.requests storage.service=table storage.operation=GET 1",
            ],
            heard.Sums);
    }

    private IEnumerable<IHostedService> Of<T>() => rig.Get<IEnumerable<IHostedService>>().Where(s => s is T);
}
