using System.Diagnostics;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Tests.Server;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>How a run stays in one trace, whichever processes carry it forward, and what its spans say.</summary>
public sealed class RunTraceTests : IAsyncLifetime
{
    private const string Cause = "00-11111111111111111111111111111111-2222222222222222-01";

    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ServerRig one;
    private readonly ServerRig two;
    private readonly HeardSpans heard;

    public RunTraceTests()
    {
        one = new ServerRig(clock: clock);
        two = new ServerRig(before: one, clock: clock);
        heard = new HeardSpans(one.Get<Traces>(), two.Get<Traces>());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await one.StartedAsync();
        await two.StartedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        heard.Dispose();
        await one.DisposeAsync();
        await two.DisposeAsync();
    }

    [Fact]
    public async Task A_run_that_another_process_ends_stays_in_its_trace_with_the_times_of_its_row()
    {
        var made = await MadeAsync();
        var start = made.CreatedAt;
        await EndAsync(two, made.Id, new RunOutcome.Succeeded(),
            new RunAttempt(1, new("lost"), default, start.AddSeconds(2), start.AddSeconds(5), "host_lost")
            {
                BegunAt = start.AddSeconds(3),
            },
            new RunAttempt(2, new("gpu0"), default, start.AddSeconds(7), start.AddSeconds(20), "succeeded")
            {
                StageMs = 1000,
                LoadMs = 4000,
                ExecutionStartedAt = start.AddSeconds(8),
                ExecutionEndedAt = start.AddSeconds(18),
            });
        var spans = heard.All;

        Spans.AssertOneTrace(spans, default);
        var create = spans.Named("create run");
        var run = spans.Named("run w");
        Assert.Equal((ActivityKind.Producer, ActivityKind.Consumer, create.SpanId), (create.Kind, run.Kind, run.ParentSpanId));
        Assert.Same(one.Get<Traces>().Source, create.Source);
        Assert.Same(two.Get<Traces>().Source, run.Source);
        Assert.Equal(
            [
                "run w 0-20", "queue 0-2", "attempt 2-5", "host queue 2-3", "execute 3-5", "queue 5-6", "attempt 6-20", "host queue 7-8",
                "execute 8-18", "load 8-12",
            ],
            spans.Where(s => s.Source == run.Source).OrderBy(s => s.StartTimeUtc).ThenByDescending(s => s.Duration)
                .Select(s => $"{s.DisplayName} {Second(s.StartTimeUtc)}-{Second(s.StartTimeUtc + s.Duration)}"));
        Assert.Equal(["host_lost", "succeeded"], spans.Where(s => s.DisplayName == "attempt").OrderBy(s => s.StartTimeUtc)
            .Select(s => s.Text("comfyfunc.attempt.result")));
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset],
            spans.Where(s => s.DisplayName == "attempt").OrderBy(s => s.StartTimeUtc).Select(s => s.Status));
        Assert.Equal(("succeeded", "2", ActivityStatusCode.Unset),
            (run.Text("comfyfunc.outcome"), run.Text("comfyfunc.attempts"), run.Status));

        double Second(DateTime time) => (time - start.UtcDateTime).TotalSeconds;
    }

    [Fact]
    public async Task A_run_that_fails_is_an_error_with_its_code_and_without_what_was_said()
    {
        var made = await MadeAsync();
        var fault = new RunFault(FaultCode.NodeFailed, "ValueError: the planted words", Node: new("7", "KSampler", "sampler"));
        await EndAsync(two, made.Id, new RunOutcome.Failed(fault));
        var run = heard.All.Named("run w");

        Assert.Equal((ActivityStatusCode.Error, "node_failed", "7", "KSampler", "failed"), (run.Status, run.Text("error.type"),
            run.Text("comfyfunc.node.id"), run.Text("comfyfunc.node.class"), run.Text("comfyfunc.outcome")));
        Assert.DoesNotContain("planted", string.Join('\n', heard.All.SelectMany(s => s.Said())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_expired_is_an_error_and_a_canceled_one_is_none()
    {
        await EndAsync(one, (await MadeAsync()).Id, new RunOutcome.Expired());
        await EndAsync(one, (await MadeAsync()).Id, new RunOutcome.Canceled(false));

        Assert.Equal([("expired", "start_deadline_exceeded", ActivityStatusCode.Error), ("canceled", null, ActivityStatusCode.Unset)],
            heard.All.Where(s => s.DisplayName == "run w").Select(s => (s.Text("comfyfunc.outcome"), s.Text("error.type"), s.Status)));
    }

    [Fact]
    public async Task A_run_that_comes_of_no_request_is_a_trace_of_its_own_that_links_to_its_cause()
    {
        var made = await MadeAsync(Cause);
        var create = heard.All.Named("create run");

        Assert.Equal(default, create.ParentSpanId);
        Assert.Equal(Cause, Assert.Single(create.Links).Context is var c ? $"00-{c.TraceId}-{c.SpanId}-01" : null);
        Assert.Equal((create.TraceId.ToString(), create.Id), (made.Trace, made.TraceParent));
    }

    [Fact]
    public async Task A_caller_that_is_not_sampled_is_not_sampled_later_either()
    {
        using var caller = new Activity("caller").SetParentId(Cause[..^1] + "0").Start();
        var made = await MadeAsync();
        caller.Stop();
        await EndAsync(two, made.Id, new RunOutcome.Succeeded());

        Assert.Empty(heard.All);
        Assert.Equal(("11111111111111111111111111111111", null), (made.Trace, made.TraceParent));
    }

    [Fact]
    public async Task While_nobody_listens_there_are_no_spans_and_the_row_says_nothing_of_any()
    {
        heard.Dispose();
        using var caller = new Activity("caller").SetParentId(Cause).Start();
        var made = await MadeAsync();
        await EndAsync(two, made.Id, new RunOutcome.Succeeded());

        Assert.Empty(heard.All);
        Assert.Null(one.Get<Traces>().Begin("create run", ActivityKind.Producer));
    }

    private Task<RunRecord> MadeAsync(string? cause = null) =>
        one.Get<RunEntry>().WriteAsync(SomeRun.In(new RunState.Placing(Placement.First), clock), cause, Cancellation);

    private static async Task EndAsync(ServerRig process, RunId id, RunOutcome outcome, params RunAttempt[] attempts)
    {
        var run = (await process.Get<RunStore>().FindAsync(id, Cancellation))!; // It was made.
        await process.Get<RunObservers>().EndedAsync(
            run with
            {
                State = new RunState.Ended(outcome),
                CompletedAt = attempts.LastOrDefault()?.EndedAt ?? run.CreatedAt,
                Attempts = [.. attempts],
            },
            Cancellation);
    }
}
