using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComfyFunc.Client;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Run = ComfyFunc.Client.Run;
using RunEvent = ComfyFunc.Client.RunEvent;

namespace ComfyFunc.Tests.Clients;

/// <summary>The NuGet package <c>ComfyFunc.Client</c> against the product as its users run it.</summary>
[Collection(nameof(ClientCollection))]
public sealed partial class DotNetSdkTests(AppFixture app) : IAsyncLifetime
{
    private static readonly string Package = Path.Combine(TestFolders.Root, "clients", "dotnet", "ComfyFunc.Client");
    private readonly TemporaryFolder folder = new();
    private readonly ComfyFuncClient comfy = new(app.Http.Root().AbsoluteUri);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await app.Http.SaveSdkWorkflowsAsync();

    public ValueTask DisposeAsync()
    {
        comfy.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_run_is_followed_to_its_outputs()
    {
        var seen = new List<RunEvent>();
        var run = await comfy.RunAsync("sdk picture", Large(35),
            new() { OnProgress = seen.Add, Metadata = new { order = 17 }, IdempotencyKey = $"{Guid.NewGuid()}" }, Cancellation);
        var output = Assert.Single(run.Outputs["my image"]);
        var path = Path.Combine(folder.FullName, "picture.png");
        await output.SaveAsync(path, Cancellation);

        Assert.Equal(("succeeded", true, "sdk picture", 17),
            (run.Status, run.IsDone, run.Workflow, run.Metadata?.GetProperty("order").GetInt32()));
        Assert.Contains(seen, e => e is RunEvent.Progressed { Progress.Value: > 0 });
        Assert.Equal(["queued", "running", "succeeded"], seen.OfType<RunEvent.StatusChanged>().Select(e => e.Status));
        Assert.Equal(("image", "image/png", 1024), (output.Type, output.ContentType, output.Width));
        Assert.Equal(output.Bytes, new FileInfo(path).Length);
        Assert.Equal(await File.ReadAllBytesAsync(path, Cancellation), await output.ContentAsync(Cancellation));
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_any_more_is_replaced()
    {
        var broken = 0;
        using var http =
            new HttpClient(
                new Rewriting(url => IsOfFile(url) && broken++ == 0
                    ? new(url.AbsoluteUri.Replace("sig=", "sig=A", StringComparison.Ordinal)
                        .Replace("/files/", "/files/A", StringComparison.Ordinal)) : url));
        using var client = new ComfyFuncClient(new ComfyFuncClientOptions { BaseUrl = app.Http.Root() }, http);
        var run = await client.RunAsync("sdk picture", cancellationToken: Cancellation);
        var output = run.Outputs["my image"][0];

        Assert.Equal(output.Bytes, (await output.ContentAsync(Cancellation)).Length);
        Assert.Equal(2, broken);
    }

    [Fact]
    public async Task What_does_not_end_well_is_thrown_with_its_code()
    {
        var failed = await Assert.ThrowsAsync<ComfyFuncException>(() => comfy.RunAsync("sdk broken", cancellationToken: Cancellation));
        var refused =
            await Assert.ThrowsAsync<ComfyFuncException>(
                () => comfy.RunAsync("sdk picture", Sampler(new { seed = "five" }), cancellationToken: Cancellation));
        var unknown = await Assert.ThrowsAsync<ComfyFuncException>(() => comfy.RunAsync("sdk none", cancellationToken: Cancellation));
        var explained = await comfy.ValidateAsync("sdk picture", Sampler(new { seed = "five" }), cancellationToken: Cancellation);

        Assert.Equal(("node_failed", "failed", "breaker", false),
            (failed.Code, failed.Run?.Status, failed.Run?.Error?.NodeTag, failed.Retryable));
        Assert.Contains("no luck", failed.Message, StringComparison.Ordinal);
        Assert.Equal(("invalid_input", System.Net.HttpStatusCode.BadRequest, "/my sampler/seed", false),
            (refused.Code, refused.Status, Assert.Single(refused.Errors).Pointer, refused.Retryable));
        Assert.Equal(32, refused.TraceId?.Length);
        Assert.Equal("workflow_not_found", unknown.Code);
        Assert.Equal((false, "/my sampler/seed"), (explained.Valid, Assert.Single(explained.Errors).Pointer));
        Assert.True((await comfy.ValidateAsync("sdk picture", cancellationToken: Cancellation)).Valid);
    }

    [Fact]
    public async Task A_run_that_found_no_host_in_time_is_thrown()
    {
        using var a = await app.Http.PostAsync("hosts/a/drain");
        using var b = await app.Http.PostAsync("hosts/b/drain");
        var expired =
            await Assert.ThrowsAsync<ComfyFuncException>(() =>
                comfy.RunAsync("sdk slow", options: new() { StartWithin = TimeSpan.FromSeconds(1) }, cancellationToken: Cancellation));
        using var c = await app.Http.PostAsync("hosts/a/resume");
        using var d = await app.Http.PostAsync("hosts/b/resume");

        Assert.Equal(("start_deadline_exceeded", "expired", true), (expired.Code, expired.Run?.Status, expired.Retryable));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(200)]
    public async Task Files_of_every_kind_travel_in_values(int edge)
    {
        var path = Path.Combine(folder.FullName, "noise.png");
        await SdkWorkflows.WriteNoiseAsync(path, edge);
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        await using var file = File.OpenRead(path);
        await using var late = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 };
        await using var once = new Once(new MemoryStream(bytes));
        object[] images = [new FileInfo(path), bytes, file, late, once, InputFile.FromPath(path), InputFile.FromBytes(bytes, "a.png"),
            await comfy.UploadAsync(InputFile.FromPath(path), Cancellation), new[] { bytes }];
        var hashes = new HashSet<string?>();
        foreach (var image in images)
        {
            // The prompt in it names the file.
            var run = await comfy.RunAsync("sdk upload", new { input = new { image }, invert = false },
                new() { Output = new() { StripMetadata = true } }, Cancellation);
            hashes.Add(run.Outputs["output"][0].Sha256);
        }

        Assert.Single(hashes);
        Assert.Equal(bytes.Length, file.Length); // It is still open.
    }

    [Fact]
    public async Task Batches_have_their_runs_in_the_order_of_their_inputs()
    {
        var seen = new List<double>();
        var listed = await comfy.BatchAsync("sdk picture", new[] { 63, 61, 62 }.Select(seed => Sampler(new { seed })),
            new() { OnProgress = b => seen.Add(b.Progress) }, Cancellation);
        var swept = await comfy.BatchAsync("sdk slow",
            new { matrix = new { canvas = new { color = new[] { 34, 35 } } }, input = new { sleep = new { seconds = 0.1 } } },
            cancellationToken: Cancellation);
        var refused =
            await Assert.ThrowsAsync<ComfyFuncException>(
                () => comfy.BatchAsync("sdk slow", new[] { new { canvas = new { color = "red" } } }, cancellationToken: Cancellation));
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => comfy.BatchAsync(
            "sdk slow", new[] { new { canvas = new { color = 36 }, sleep = new { seconds = 60 } } },
            new() { OnProgress = _ => stopping.Cancel() }, stopping.Token));
        var ids = new List<string>();
        await foreach (var run in comfy.ListAsync(new Dictionary<string, string> { ["batch"] = listed.Id, ["limit"] = "1" }, Cancellation))
        {
            ids.Add(run.Id);
        }

        Assert.Equal(("completed", 3, 1), (listed.Status, listed.Total, seen[^1]));
        Assert.All(listed.Runs.Concat(swept.Runs), r => Assert.Equal("succeeded", r.Status));
        Assert.Equal(ids.Order(StringComparer.Ordinal), listed.Runs.Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.Equal([63, 61, 62], listed.Runs.Select(r => r.Json.GetProperty("seeds")[0].GetProperty("value").GetInt32()));
        Assert.Equal(2, swept.Runs.Length);
        Assert.Equal(["/inputs/0/canvas/color"], refused.Errors.Select(e => e.Pointer));
        Assert.Equal(["canceled"], await EndedAsync(1));
    }

    [Fact]
    public async Task Who_gives_up_has_the_run_canceled()
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => comfy.RunAsync("sdk slow", Slow(37, 60), new() { OnProgress = e => StopOnceItRuns(e) }, stopping.Token));
        var late = await Assert.ThrowsAsync<ComfyFuncException>(
            () => comfy.RunAsync("sdk slow", Slow(38, 60), new() { Timeout = TimeSpan.FromSeconds(1) }, Cancellation));
        var handle = await comfy.SubmitAsync("sdk slow", Slow(39, 60), cancellationToken: Cancellation);
        var waiting = Assert.ThrowsAsync<ComfyFuncException>(() => handle.ResultAsync(cancellationToken: Cancellation));
        await handle.CancelAsync(cancellationToken: Cancellation);

        Assert.Equal("timeout", late.Code);
        Assert.Equal(("canceled", "canceled"), ((await waiting).Code, (await waiting).Run?.Status));
        Assert.Equal(["canceled", "canceled", "canceled"], await EndedAsync(3));

        void StopOnceItRuns(RunEvent e)
        {
            if (e.Status == "running")
            {
                stopping.Cancel();
            }
        }
    }

    [Fact]
    public async Task Who_gives_up_before_the_call_is_answered_does_so_too_and_who_wants_to_leaves_the_run_alone()
    {
        await using var proxy = await TroubledProxy.StartAsync(app.Http.Root());
        using var client = new ComfyFuncClient(proxy.Url);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = client.RunAsync("sdk slow", Slow(40, 60), cancellationToken: stopping.Token);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.IsSoAsync(() => proxy.Requests.Count == 2);

        Assert.EndsWith("/cancel", proxy.Requests.Last().Line, StringComparison.Ordinal);
        Assert.Equal(["canceled"], await EndedAsync(1));

        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            comfy.RunAsync("sdk slow", Slow(41, 1), new() { OnProgress = _ => leaving.Cancel(), CancelOnAbort = false }, leaving.Token));
        Assert.Equal(["succeeded"], await EndedAsync(1));
    }

    [Fact]
    public async Task A_call_whose_answer_was_lost_is_repeated_and_makes_no_second_run()
    {
        await using var proxy = await TroubledProxy.StartAsync(app.Http.Root(), ("POST /api/workflows", new Trouble.Unanswered(), 1));
        var before = await app.Http.RunsAsync("workflow=sdk%20slow&limit=200");
        var (run, _) = await SurviveAsync(proxy, 42);
        var calls = proxy.Requests.Where(r => r.Line.StartsWith("POST", StringComparison.Ordinal)).ToArray();

        Assert.Equal([run.Id], (await app.Http.RunsAsync("workflow=sdk%20slow&limit=200")).Except(before));
        Assert.Equal(2, calls.Length);
        Assert.Single(calls.Select(c => c.Headers["Idempotency-Key"]).Distinct());
        Assert.All(proxy.Requests, r => Assert.Matches("^comfyfunc-client/[0-9]+[.][0-9]+[.][0-9]+", r.Headers["User-Agent"]));
        Assert.All(proxy.Requests, r => Assert.Equal(("a-key", "a-function-key"), (r.Headers["X-Api-Key"], r.Headers["x-functions-key"])));
    }

    [Fact]
    public async Task A_stream_that_was_cut_is_taken_up_where_it_was()
    {
        await using var proxy = await TroubledProxy.StartAsync(app.Http.Root(), ("/events", new Trouble.CutAfter("\"queued\""), 1));
        var (_, statuses) = await SurviveAsync(proxy, 43);
        var streams = proxy.Requests.Where(r => r.Line.EndsWith("/events", StringComparison.Ordinal)).ToArray();

        Assert.Equal(["queued", "running", "succeeded"], statuses);
        Assert.Equal(2, streams.Length);
        Assert.Contains("Last-Event-ID", streams[1].Headers);
    }

    [Fact]
    public async Task Where_no_stream_comes_through_the_run_is_asked_for()
    {
        await using var proxy = await TroubledProxy.StartAsync(app.Http.Root(), ("/events", new Trouble.Answered(502), 100));
        var (_, statuses) = await SurviveAsync(proxy, 44);

        Assert.Equal("succeeded", statuses[^1]);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Who_is_told_to_come_later_does(int status)
    {
        await using var proxy =
            await TroubledProxy.StartAsync(app.Http.Root(), ("POST /api/workflows", new Trouble.Answered(status, "1"), 2));
        await SurviveAsync(proxy, status);

        Assert.Equal(3, proxy.Requests.Count(r => r.Line.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_to_be_unreachable()
    {
        using var http = new HttpClient(new Rewriting(_ => throw new HttpRequestException("Nobody is there.")));
        using var client = new ComfyFuncClient(new ComfyFuncClientOptions { BaseUrl = new("http://localhost:7071/api") }, http);
        var gone = await Assert.ThrowsAsync<ComfyFuncException>(
            () => client.SubmitBatchAsync("x", Array.Empty<object>(), cancellationToken: Cancellation));

        Assert.Equal(("unreachable", true), (gone.Code, gone.Retryable));
    }

    [Fact]
    public async Task A_run_can_be_subscribed_to_with_previews_retried_and_shown_otherwise()
    {
        var seen = new List<RunEvent>();
        await foreach (var e in comfy.SubscribeAsync("sdk picture", Large(45), previews: true, cancellationToken: Cancellation))
        {
            seen.Add(e);
        }

        var last = seen[^1].Id;
        var again = await (await comfy.RetryAsync(last, Cancellation)).ResultAsync(cancellationToken: Cancellation);
        var small = await comfy.RunAsync("sdk picture", options: new() { Output = new() { Format = "webp", Width = 16, Base64 = true } },
            cancellationToken: Cancellation);
        var got = await comfy.GetAsync(last, output: new() { Base64 = true }, cancellationToken: Cancellation);

        Assert.Contains(seen, e => e is RunEvent.Previewed { ContentType: "image/jpeg", Content.Length: > 0 });
        Assert.Contains(seen, e => e is RunEvent.Progressed);
        Assert.Equal("succeeded", (seen[^1] as RunEvent.StatusChanged)?.Run?.Status);
        Assert.Equal(last, again.Json.GetProperty("retryOf").GetString());
        Assert.Equal(("image/webp", 16), (small.Outputs["my image"][0].ContentType, small.Outputs["my image"][0].Width));
        Assert.NotEmpty(await small.Outputs["my image"][0].ContentAsync(Cancellation));
        Assert.Equal(got.Outputs["my image"][0].Bytes, (await got.Outputs["my image"][0].ContentAsync(Cancellation)).Length);
        Assert.Equal("succeeded", (await comfy.Handle(last).ResultAsync(cancellationToken: Cancellation)).Status);
    }

    [Fact]
    public void Webhooks_are_verified_as_the_server_signs_them()
    {
        var (old, now) = (WebhookSecret.Of(new byte[32]), WebhookSecret.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        var at = DateTimeOffset.UnixEpoch.AddDays(20000);
        var signed = WebhookSecret.Sign([now, old], "msg_1", at, Encoding.UTF8.GetBytes(SdkWorkflows.Body));

        Assert.Equal(("run.succeeded", "01KB4000000000000000000000", "ä"), (Verify(old).Type, Verify(old).RunId, Verify(old).Workflow));
        Assert.Equal("run.succeeded", Verify(old, late: 300).Type);
        Assert.Equal("run.succeeded", Verify(old, signature: $"v1,AAAA {signed}").Type);
        Assert.Equal("run.succeeded",
            new WebhookVerifier(WebhookSecret.Of([.. Enumerable.Repeat((byte)7, 24)]),
                now)
            { Clock = new FakeTimeProvider(at) }.Verify(SdkWorkflows.Body, Header(signed)).Type);
        Assert.Contains("timestamp", Refusal(() => Verify(old, late: 301)), StringComparison.Ordinal);
        Assert.Contains("timestamp", Refusal(() => Verify(old, late: -301)), StringComparison.Ordinal);
        Assert.Contains("signature", Refusal(() => Verify(old, body: SdkWorkflows.Body + " ")), StringComparison.Ordinal);
        Assert.Contains("signature", Refusal(() => Verify(old, signature: "v1,AAAA v2,x")), StringComparison.Ordinal);
        Assert.Contains("signature", Refusal(() => Verify(old, signature: signed.Replace("v1,", "v2,", StringComparison.Ordinal))),
            StringComparison.Ordinal);
        Assert.Contains("signature", Refusal(() => Verify(WebhookSecret.Of([.. Enumerable.Repeat((byte)7, 24)]))),
            StringComparison.Ordinal);
        Assert.Contains("webhook-signature", Refusal(() => Verify(old, signature: "")), StringComparison.Ordinal);

        ComfyFunc.Client.WebhookEvent Verify(string secret, string body = SdkWorkflows.Body, string? signature = null, int late = 0) =>
            new WebhookVerifier(secret) { Clock = new FakeTimeProvider(at.AddSeconds(late)) }.Verify(body, Header(signature ?? signed));

        Func<string, string?> Header(string signature) => name => name switch
        {
            "webhook-id" => "msg_1",
            "webhook-timestamp" => $"{at.ToUnixTimeSeconds()}",
            _ => signature,
        };

        static string Refusal(Func<object> verify)
        {
            var refusal = Assert.Throws<ComfyFuncException>(verify);
            Assert.Equal("invalid_webhook", refusal.Code);
            return refusal.Message;
        }
    }

    // A link of storage, or of the server for it: it is signed, and wants no key.
    private static bool IsOfFile(Uri url) =>
        url.Query.Contains("sig=", StringComparison.Ordinal) || url.AbsolutePath.StartsWith("/api/files/", StringComparison.Ordinal);

    [Fact]
    public async Task Keys_do_not_go_where_a_server_leads()
    {
        await using var server = await LeadingServer.StartAsync();
        using var client = new ComfyFuncClient(new ComfyFuncClientOptions { BaseUrl = server.Url, Key = "a-key" });
        var error = await Assert.ThrowsAsync<ComfyFuncException>(() => client.RunAsync("x", cancellationToken: Cancellation));

        Assert.Equal((HttpStatusCode.TemporaryRedirect, "unexpected_answer", 0), (error.Status, error.Code, server.Followers));
    }

    [Fact]
    public async Task Keys_are_sent_to_the_server_only()
    {
        var asked = new List<(bool IsOwn, bool HasKey)>();
        using var http =
            new HttpClient(
                new Watching(r => asked.Add((!IsOfFile(r.RequestUri!), r.Headers.Contains("X-Api-Key")))));
        using var client = new ComfyFuncClient(new ComfyFuncClientOptions { BaseUrl = app.Http.Root(), Key = "a-key" }, http);
        var path = Path.Combine(folder.FullName, "noise.png");
        await SdkWorkflows.WriteNoiseAsync(path, 20);
        var run = await client.RunAsync("sdk upload",
            new { input = new { image = await client.UploadAsync(InputFile.FromPath(path), Cancellation) }, invert = false },
            cancellationToken: Cancellation);
        await run.Outputs["output"][0].ContentAsync(Cancellation);

        Assert.All(asked, a => Assert.Equal(a.IsOwn, a.HasKey));
        Assert.Equal(2, asked.Count(a => !a.IsOwn));
    }

    [Fact]
    public async Task The_examples_of_the_README_work()
    {
        await app.Http.SaveSamplesAsync();
        var examples = CodeBlock().Matches(await File.ReadAllTextAsync(Path.Combine(Package, "README.md"), Cancellation))
            .Select(m => m.Groups[1].Value);
        var body = string.Concat(examples)
            .Replace("http://localhost:7071", app.Http.Root().AbsoluteUri, StringComparison.Ordinal)
            .Replace("\"lighthouse.png\"", $"\"{folder.FullName}/lighthouse.png\"", StringComparison.Ordinal)
            .Replace("Console.WriteLine", "said.WriteLine", StringComparison.Ordinal);
        var program = CompiledCode.Of($$"""
            using System;
            using System.Collections.Generic;
            using System.IO;
            using System.Linq;
            using System.Threading.Tasks;
            using ComfyFunc.Client;

            public static class Program
            {
                public static async Task RunAsync(StringWriter said)
                {
                    {{body}}
                }
            }
            """).GetType("Program", throwOnError: true)!.GetMethod("RunAsync")!;
        await using var said = new StringWriter();
        await (Task)program.Invoke(null, [said])!;

        Assert.Contains("invalid_input False /sampler/seed", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("image/png True", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("\n6\n", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("completed succeeded succeeded succeeded succeeded", said.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(Run Run, ImmutableArray<string> Statuses)> SurviveAsync(TroubledProxy proxy, int color)
    {
        var statuses = ImmutableArray.CreateBuilder<string>();
        using var client =
            new ComfyFuncClient(
                new ComfyFuncClientOptions { BaseUrl = new($"{proxy.Url}/api/"), Key = "a-key", FunctionKey = "a-function-key" });
        var run = await client.RunAsync("sdk slow", Slow(color, 1.5), new() { OnProgress = Note }, Cancellation);
        Assert.Equal("succeeded", run.Status);
        return (run, statuses.ToImmutable());

        void Note(RunEvent e)
        {
            if (e is RunEvent.StatusChanged changed)
            {
                statuses.Add(changed.Status);
            }
        }
    }

    // How the newest runs of the slow workflow ended.
    private async Task<string[]> EndedAsync(int count)
    {
        var ids = await app.Http.RunsAsync($"workflow=sdk%20slow&limit={count}");
        return await Task.WhenAll(ids.Select(async id => Caller.Status(await app.Http.EndAsync(id))));
    }

    private static Dictionary<string, object> Sampler(object inputs) => new() { ["my sampler"] = inputs };

    // Large enough that there is something to see of its making.
    private static Dictionary<string, object> Large(int seed) =>
        new() { ["my sampler"] = new { seed, steps = 60 }, ["size"] = new { width = 1024, height = 1024 } };

    private static JsonObject Slow(int color, double seconds) =>
        new() { ["canvas"] = new JsonObject { ["color"] = color }, ["sleep"] = new JsonObject { ["seconds"] = seconds } };

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    private sealed class Rewriting(Func<Uri, Uri> rewrite) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = rewrite(request.RequestUri!); // The client has set it.
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Watching(Action<HttpRequestMessage> see) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            see(request);
            return base.SendAsync(request, cancellationToken);
        }
    }

    // As a stream is that comes over the network: without a length, and only by asynchronous reads.
    private sealed class Once(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            inner.ReadAsync(buffer, offset, count, cancellationToken);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }
    }
}
