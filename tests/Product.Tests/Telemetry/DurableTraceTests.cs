using System.Diagnostics;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Functions;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Tests.Functions;
using Samples = ComfyFunc.Tests.Acceptance.Prompts;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>Traces of runs that have keepers on the durable runtime, with simulated hosts behind real sockets.</summary>
public sealed class DurableTraceTests
{
    private static readonly string[] Expected =
    [
        "create run", "place", "POST /prompt", "copy", "GET /history/{id}", "GET /view", "run picture", "queue", "attempt", "host queue",
        "execute",
    ];

    [Fact]
    public async Task A_run_is_one_trace_from_its_call_to_its_end()
    {
        await using var rig = await DurableRig.StartAsync();
        using var heard = new HeardSpans(rig.Get<Traces>());
        await rig.SaveAsync("picture", Samples.Picture);
        var caller = Caller();
        var id = await rig.CallAsync("picture", """{"positive":{"text":"the planted words"}}""");
        caller.Stop();
        var row = await rig.EndAsync(id);
        var spans = await heard.OfEndedAsync(caller.TraceId);

        Spans.AssertOneTrace(spans, caller.SpanId);
        Assert.Empty(Expected.Except(spans.Select(s => s.DisplayName)));
        Assert.Equal(caller.TraceId.ToString(), row.Trace);
        Assert.Equal(caller.SpanId, spans.Named("create run").ParentSpanId);
        Assert.Equal(spans.Named("create run").Id, row.TraceParent);
        var post = spans.Named("POST /prompt");
        Assert.Equal((ActivityKind.Client, "POST", "200", rig.Hosts[0].Url.Host, $"{rig.Hosts[0].Url.Port}"),
            (post.Kind, post.Text("http.request.method"), post.Text("http.response.status_code"), post.Text("server.address"),
                post.Text("server.port")));
        Assert.All(["place", "copy"], s => Assert.Equal(("gpu0", "1", id.Value), (spans.Named(s).Text("comfyfunc.host"),
            spans.Named(s).Text("comfyfunc.attempt"), spans.Named(s).Text("comfyfunc.run.id"))));
        Assert.All(row.Artifacts, a => Assert.DoesNotContain(spans, s => s.Said().Any(t => t.Contains(a.Name!, StringComparison.Ordinal))));
        Assert.DoesNotContain(spans, s => s.Said().Any(t => t.Contains("planted", StringComparison.Ordinal)));
        Assert.Empty(heard.All.Except(spans).Select(s => s.DisplayName)); // No look at a host makes any.
    }

    [Fact]
    public async Task A_run_that_its_keeper_carries_on_stays_in_the_trace()
    {
        await using var rig = await DurableRig.StartAsync();
        using var heard = new HeardSpans(rig.Get<Traces>());
        await rig.SaveAsync("picture", Samples.Picture);
        var caller = Caller();
        var id = await rig.AcceptAsync("picture");
        caller.Stop();
        await rig.Get<DurableHub>().KeepAsync(new(id.Value, Until: null, Step: 0), TestContext.Current.CancellationToken);
        await rig.EndAsync(id);

        var spans = await heard.OfEndedAsync(caller.TraceId);
        Spans.AssertOneTrace(spans, caller.SpanId);
        Assert.Empty(Expected.Except(spans.Select(s => s.DisplayName)));
    }

    [Fact]
    public async Task A_node_that_fails_is_an_error_of_the_run_and_of_its_attempt()
    {
        await using var rig = await DurableRig.StartAsync();
        using var heard = new HeardSpans(rig.Get<Traces>());
        await rig.SaveAsync("failing", Samples.Failing);
        var caller = Caller();
        var id = await rig.CallAsync("failing");
        caller.Stop();
        var row = await rig.EndAsync(id);
        var spans = await heard.OfEndedAsync(caller.TraceId);

        Assert.IsType<RunOutcome.Failed>(row.Outcome);
        Assert.Equal([("attempt", "node_failed"), ("copy", "node_failed"), ("run failing", "node_failed")],
            spans.Where(s => s.Status is ActivityStatusCode.Error).Select(s => (s.DisplayName, s.Text("error.type"))).Order());
        Assert.DoesNotContain(spans, s => s.Said().Any(t => t.Contains("no luck", StringComparison.Ordinal)));
    }

    // As a server's span is, of a request with a traceparent.
    private static Activity Caller() => new Activity("caller")
        .SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start();
}
