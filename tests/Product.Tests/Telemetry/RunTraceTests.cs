using System.Diagnostics;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Tests.Server;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>How a run stays in one trace, whichever processes carry it forward, and what its spans say.</summary>
public sealed class RunTraceTests : IAsyncLifetime
{
    private static readonly RunFault Fault = new(FaultCode.InvalidWorkflow, "The planted words.");

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
            Times(spans.Where(s => s.Source == run.Source), start));
        Assert.Equal(["1 lost host_lost", "2 gpu0 succeeded"], spans.Where(s => s.DisplayName == "attempt").OrderBy(s => s.StartTimeUtc)
            .Select(s => $"{s.Text("comfyfunc.attempt")} {s.Text("comfyfunc.host")} {s.Text("comfyfunc.attempt.result")}"));
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset],
            spans.Where(s => s.DisplayName == "attempt").OrderBy(s => s.StartTimeUtc).Select(s => s.Status));
        Assert.Equal(("succeeded", "2", ActivityStatusCode.Unset),
            (run.Text("comfyfunc.outcome"), run.Text("comfyfunc.attempts"), run.Status));
        Assert.Equal((false, true), (create.HasRemoteParent, run.HasRemoteParent));
        Assert.All([create, run], s => Assert.Equal((made.Id.Value, "w", "1", null, null), NamesOf(s)));
    }

    [Fact]
    public async Task A_run_that_fails_is_an_error_with_its_code_and_without_what_was_said()
    {
        var made = await MadeAsync(client: "shop", batch: "b");
        var fault = new RunFault(FaultCode.NodeFailed, "ValueError: the planted words", Node: new("7", "KSampler", "sampler"));
        await EndAsync(two, made.Id, new RunOutcome.Failed(fault));
        var run = heard.All.Named("run w");

        Assert.Equal((ActivityStatusCode.Error, "node_failed", "7", "KSampler", "failed"), (run.Status, run.Text("error.type"),
            run.Text("comfyfunc.node.id"), run.Text("comfyfunc.node.class"), run.Text("comfyfunc.outcome")));
        Assert.All([heard.All.Named("create run"), run], s => Assert.Equal((made.Id.Value, "w", "1", "shop", "b"), NamesOf(s)));
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
    public async Task A_run_that_went_on_before_its_host_was_given_up_and_waited_to_its_end_has_no_time_twice()
    {
        var made = await MadeAsync();
        var start = made.CreatedAt;
        await EndAsync(two, made.Id, new RunOutcome.Canceled(true), start.AddSeconds(12),
            new RunAttempt(1, new("lost"), default, start.AddSeconds(2), start.AddSeconds(5), "host_lost"),
            new RunAttempt(2, new("gpu0"), default, start.AddSeconds(4), start.AddSeconds(3), "taken_off")
            {
                BegunAt = start.AddSeconds(5),
            },
            new RunAttempt(3, new("gpu0"), default, start.AddSeconds(7), start.AddSeconds(10), "canceled")
            {
                BegunAt = start.AddSeconds(8),
            });
        var spans = heard.All.Where(s => s.Source == two.Get<Traces>().Source).ToArray();

        Assert.Equal(
            [
                "run w 0-12", "queue 0-2", "host queue 2-5", "attempt 2-5", "host queue 4-5", "attempt 4-5", "queue 5-7", "queue 5-5",
                "execute 5-5", "attempt 7-10", "host queue 7-8", "execute 8-10", "queue 10-12",
            ],
            Times(spans, start));
        Assert.Equal([("host_lost", "host_lost"), ("taken_off", "taken_off"), ("canceled", null)],
            spans.Where(s => s.DisplayName == "attempt").Select(s => (s.Text("comfyfunc.attempt.result"), s.Text("error.type"))));
    }

    [Theory, MemberData(nameof(Answers))]
    public void A_step_says_what_was_wrong_in_a_word(RunEvent answer, string? error)
    {
        using (var span = one.Get<Traces>().Begin("place", ActivityKind.Internal))
        {
            RunTraces.Answered(span, answer);
        }

        var step = heard.All.Named("place");
        Assert.Equal((error, error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error), (step.Text("error.type"), step.Status));
        Assert.DoesNotContain(step.Said(), t => t.Contains("planted", StringComparison.Ordinal));
    }

    public static TheoryData<RunEvent, string?> Answers { get; } = new()
    {
        { new RunEvent.Placed(default, default), null },
        { new RunEvent.NoSlot(default), null },
        { new RunEvent.Interrupted(1, default), null },
        { new RunEvent.OutputsStored(1, default), null },
        { new RunEvent.HostFailed(default, default), "host_lost" },
        { new RunEvent.NoAnswer(1, default), "host_lost" },
        { new RunEvent.Gone(1, WasExecuting: false, default), "host_lost" },
        { new RunEvent.PromptRefused(Fault, default, default), "invalid_workflow" },
        { new RunEvent.RefusedHere(Fault, default, default), "invalid_workflow" },
        { new RunEvent.Poisoned("planted", null, default), "poison_workflow" },
        { new RunEvent.NoHost("planted", default), "no_capable_host" },
        { new RunEvent.ExecutionFailed(1, Fault, default), "invalid_workflow" },
        { new RunEvent.OutOfMemory(1, Fault, default), "invalid_workflow" },
        { new RunEvent.OutputsMissing(1, "planted", default), "outputs_unavailable" },
    };

    [Fact]
    public void A_step_that_throws_says_by_what_and_goes_on_throwing()
    {
        using (var span = one.Get<Traces>().Begin("copy", ActivityKind.Internal))
        {
            Assert.False(SpanFaults.Passes(span, new TimeoutException("planted")));
            Assert.False(SpanFaults.Passes(null, new TimeoutException("planted")));
        }

        var step = heard.All.Named("copy");
        Assert.Equal((ActivityStatusCode.Error, "System.TimeoutException"), (step.Status, step.Text("error.type")));
        Assert.DoesNotContain(step.Said(), t => t.Contains("planted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_step_is_a_part_of_its_run_s_trace_and_of_a_run_without_one_none_is_made()
    {
        var made = await MadeAsync();
        using var step = two.Get<RunTraces>().Begin("place", made, 3);

        Assert.Equal((made.TraceParent, made.Id.Value, "3"),
            (step!.ParentId, step.Text("comfyfunc.run.id"), step.Text("comfyfunc.attempt")));
        Assert.Null(two.Get<RunTraces>().Begin("place", made with { TraceParent = null }, 3));
    }

    [Fact]
    public async Task A_run_that_repeats_another_links_to_it()
    {
        var made = await MadeAsync();
        var repeated = await one.Get<RunRepeat>().RepeatAsync(made, Cancellation);
        var create = heard.All.Single(s => s.Id == repeated!.TraceParent); // It has no files that could be gone.

        Assert.Equal(made.TraceParent, Assert.Single(create.Links).Context is var c ? $"00-{c.TraceId}-{c.SpanId}-01" : null);
        Assert.True(create.Links.Single().Context.IsRemote);
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
        using var source = new ActivitySource("a server");
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => ReferenceEquals(s, source),
            Sample = (ref _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = source.StartActivity("caller", ActivityKind.Server, ActivityContext.Parse(Cause[..^1] + "0", null));
        var made = await MadeAsync();
        caller!.Stop(); // It is listened to.
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
        Assert.Equal(("11111111111111111111111111111111", null), (made.Trace, made.TraceParent));
        Assert.Null(one.Get<Traces>().Begin("create run", ActivityKind.Producer));
    }

    private Task<RunRecord> MadeAsync(string? cause = null, string client = "", string? batch = null) => one.Get<RunEntry>().WriteAsync(
        SomeRun.In(new RunState.Placing(Placement.First), clock) with { Client = client, Batch = batch }, cause, Cancellation);

    private static IEnumerable<string> Times(IEnumerable<Activity> spans, DateTimeOffset start)
    {
        return spans.OrderBy(s => s.StartTimeUtc).ThenByDescending(s => s.Duration)
            .Select(s => $"{s.DisplayName} {Second(s.StartTimeUtc)}-{Second(s.StartTimeUtc + s.Duration)}");

        double Second(DateTime time) => Math.Round((time - start.UtcDateTime).TotalSeconds, 3); // Nothing is shorter than a tick.
    }

    private static (string? Run, string? Workflow, string? Version, string? Client, string? Batch) NamesOf(Activity span) =>
        (span.Text("comfyfunc.run.id"), span.Text("comfyfunc.workflow"), span.Text("comfyfunc.workflow.version"),
            span.Text("comfyfunc.client"), span.Text("comfyfunc.batch.id"));

    private static Task EndAsync(ServerRig process, RunId id, RunOutcome outcome, params RunAttempt[] attempts) =>
        EndAsync(process, id, outcome, attempts.LastOrDefault()?.EndedAt, attempts);

    private static async Task EndAsync(ServerRig process, RunId id, RunOutcome outcome, DateTimeOffset? at, params RunAttempt[] attempts)
    {
        var run = (await process.Get<RunStore>().FindAsync(id, Cancellation))!; // It was made.
        await process.Get<RunObservers>().EndedAsync(
            run with
            {
                State = new RunState.Ended(outcome),
                CompletedAt = at ?? run.CreatedAt,
                Attempts = [.. attempts],
            },
            Cancellation);
    }
}
