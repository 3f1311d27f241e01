using System.Diagnostics;
using System.Net;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Server.Telemetry;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>What a request to a host says in the trace that it is part of.</summary>
public sealed class HostSpanTests : IDisposable
{
    private readonly Traces traces = new();
    private readonly HeardSpans heard;

    public HostSpanTests() => heard = new(traces);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        heard.Dispose();
        traces.Dispose();
    }

    [Theory]
    [InlineData("POST", "/prompt", 200, "POST /prompt", "/prompt", null)]
    [InlineData("GET", "/behind/history/planted", 399, "GET /history/{id}", "/history/{id}", null)]
    [InlineData("GET", "/view?filename=planted.png", 400, "GET /view", "/view", "400")]
    [InlineData("POST", "/upload/image", 503, "POST /upload/image", "/upload/image", "503")]
    [InlineData("GET", "/userdata/planted", 404, "GET", null, "404")]
    public async Task A_request_says_what_it_asked_for_and_with_which_status_it_was_answered(string method, string path, int status,
        string name, string? template, string? error)
    {
        using (traces.Begin("place", ActivityKind.Internal))
        {
            await SendAsync(new(method), path, () => status);
        }

        var span = heard.All.Named(name);
        Assert.Equal((ActivityKind.Client, method, template, $"{status}"), (span.Kind, span.Text("http.request.method"),
            span.Text("url.template"), span.Text("http.response.status_code")));
        Assert.Equal(("host", "8188"), (span.Text("server.address"), span.Text("server.port")));
        Assert.Equal((error, error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error), (span.Text("error.type"), span.Status));
        Assert.DoesNotContain(span.Said(), t => t.Contains("planted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_is_not_answered_says_by_what_it_was_ended_and_nothing_more()
    {
        using (traces.Begin("copy", ActivityKind.Internal))
        {
            await Assert.ThrowsAsync<HttpRequestException>(
                () => SendAsync(HttpMethod.Get, "/queue", () => throw new HttpRequestException("planted")));
        }

        var span = heard.All.Named("GET /queue");
        Assert.Equal((ActivityStatusCode.Error, typeof(HttpRequestException).FullName), (span.Status, span.Text("error.type")));
        Assert.DoesNotContain(span.Said(), t => t.Contains("planted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_part_of_nothing_or_of_what_is_over_or_of_another_source_makes_none()
    {
        await SendAsync(HttpMethod.Get, "/queue", () => 200);
        using var over = traces.Begin("copy", ActivityKind.Internal)!; // It is listened to.
        var ended = new TaskCompletionSource();
        var late = LateAsync(ended.Task);
        over.Stop();
        ended.SetResult();
        await late;
        using var other = new ActivitySource("another");
        var others = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => ReferenceEquals(s, other),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = s => others.Add(s.DisplayName),
        };
        ActivitySource.AddActivityListener(listener);
        using (other.StartActivity("theirs"))
        {
            await SendAsync(HttpMethod.Get, "/queue", () => 200);
        }

        Assert.Equal(["copy"], heard.All.Select(s => s.DisplayName));
        Assert.Equal(["theirs"], others);

        async Task LateAsync(Task until)
        {
            await until;
            await SendAsync(HttpMethod.Get, "/queue", () => 200);
        }
    }

    private static async Task SendAsync(HttpMethod method, string path, Func<int> answer)
    {
        using var http = new HttpClient(new HostSpans { InnerHandler = new Answering(answer) });
        using var request = new HttpRequestMessage(method, new Uri($"http://host:8188{path}"));
        using var response = await http.SendAsync(request, Cancellation);
    }

    private sealed class Answering(Func<int> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage((HttpStatusCode)answer()));
    }
}
