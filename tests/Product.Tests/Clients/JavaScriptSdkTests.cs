using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Azurite;
using ComfyFunc.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Clients;

/// <summary>The npm package <c>comfyfunc</c> against the product as its users run it.</summary>
[Collection(nameof(ClientCollection))]
public sealed partial class JavaScriptSdkTests(AppFixture app) : IAsyncLifetime
{
    private static readonly string Package = Path.Combine(TestFolders.Root, "clients", "js");
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(folder.FullName, "node_modules"));
        Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "node_modules", "comfyfunc"), Package);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "package.json"), """{"type":"module"}""", Cancellation);
        File.Copy(Path.Combine(TestFolders.Root, "tests", "Product.Tests", "Clients", "JavaScript", "scenarios.mjs"),
            Path.Combine(folder.FullName, "scenarios.mjs"));
        await app.Http.SaveSdkWorkflowsAsync();
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_run_is_followed_to_its_outputs()
    {
        var told = await PlayAsync("succeeds", new { folder = folder.FullName });

        Assert.Equal(
            """{"status":"succeeded","isDone":true,"metadata":{"order":17},"seed":5,"kinds":["progress","status"],"same":true,"blob":"image/png"}""", told.ToJsonString());
        Assert.Equal("""{"same":true}""", (await PlayAsync("downloadsAgain")).ToJsonString());
    }

    [Fact]
    public async Task What_does_not_end_well_is_thrown_with_its_code()
    {
        var told = await PlayAsync("fails");

        Assert.Equal("""{"code":"node_failed","pointers":[],"retryable":false,"run":"failed","node":"breaker","traced":false}""",
            told["failed"]!.ToJsonString());
        Assert.Equal("""{"code":"invalid_input","status":400,"pointers":["/my sampler/seed","/nobody"],"retryable":false,"traced":true}""",
            told["refused"]!.ToJsonString());
        Assert.Equal("workflow_not_found", (string)told["unknown"]!["code"]!);
        Assert.Equal("""["/my sampler/seed"]""", told["explained"]!.ToJsonString());
    }

    [Fact]
    public async Task A_run_that_found_no_host_in_time_is_thrown()
    {
        using var a = await app.Http.PostAsync("hosts/a/drain");
        using var b = await app.Http.PostAsync("hosts/b/drain");
        var told = await PlayAsync("expires");
        using var c = await app.Http.PostAsync("hosts/a/resume");
        using var d = await app.Http.PostAsync("hosts/b/resume");

        Assert.Equal("""{"code":"start_deadline_exceeded","pointers":[],"retryable":true,"run":"expired","traced":false}""",
            told.ToJsonString());
    }

    [Theory]
    [InlineData(20)]
    [InlineData(200)]
    public async Task Files_of_every_kind_travel_in_values(int edge)
    {
        var path = Path.Combine(folder.FullName, "noise.png");
        await SdkWorkflows.WriteNoiseAsync(path, edge);
        var told = await PlayAsync("carriesFiles", new { path });

        Assert.Equal(9, (int)told["count"]!);
        Assert.Single(told["hashes"]!.AsArray());
    }

    [Fact]
    public async Task Batches_have_their_runs_in_the_order_of_their_inputs()
    {
        var told = await PlayAsync("runsBatches");

        Assert.Equal("""["completed","succeeded","succeeded","succeeded"]""", told["statuses"]!.ToJsonString());
        Assert.Equal((1, true), ((int)told["last"]!, (bool)told["listed"]!));
        Assert.Equal("[53,51,52]", told["order"]!.ToJsonString());
        Assert.Equal("""[2,"succeeded","succeeded"]""", told["swept"]!.ToJsonString());
        Assert.Equal("""["/inputs/0/canvas/color"]""", told["refused"]!["pointers"]!.ToJsonString());
        Assert.Equal("enough", (string)told["stopped"]!);
        Assert.Equal(["canceled"], (await EndedAsync("sdk slow", 1)).Distinct());
    }

    [Fact]
    public async Task Who_gives_up_has_the_run_canceled()
    {
        var told = await PlayAsync("stops");

        Assert.Equal(("enough", "canceled"), ((string)told["stopped"]!, (string)told["end"]!));
        Assert.Equal("timeout", (string)told["late"]!["code"]!);
        Assert.Equal("""{"code":"canceled","pointers":[],"retryable":false,"run":"canceled","traced":false}""",
            told["canceled"]!.ToJsonString());
        Assert.Equal(["canceled", "canceled", "canceled"], await EndedAsync("sdk slow", 3));
    }

    [Fact]
    public async Task Who_gives_up_before_the_call_is_answered_does_so_too()
    {
        await using var proxy = await TroubledProxy.StartAsync(app.Http.Root());
        var told = await PlayAsync("stopsWhileItCalls", new { server = proxy.Url });

        Assert.Equal("enough", (string)told.AsValue()!);
        Assert.Equal(["POST", "POST"], proxy.Requests.Select(r => r.Line.Split(' ')[0]));
        Assert.Equal(["canceled"], await EndedAsync("sdk slow", 1));
    }

    [Fact]
    public async Task A_call_whose_answer_was_lost_is_repeated_and_makes_no_second_run()
    {
        await using var proxy = await TroubledProxy.StartAsync(app.Http.Root(), ("POST /api/workflows", new Trouble.Unanswered(), 1));
        var before = await app.Http.RunsAsync("workflow=sdk%20slow&limit=200");
        var told = await PlayAsync("survives", new { server = proxy.Url, color = 20 });
        var calls = proxy.Requests.Where(r => r.Line.StartsWith("POST", StringComparison.Ordinal)).ToArray();

        Assert.Equal("succeeded", (string)told["status"]!);
        Assert.Equal([(string)told["id"]!], (await app.Http.RunsAsync("workflow=sdk%20slow&limit=200")).Except(before));
        Assert.Equal(2, calls.Length);
        Assert.Single(calls.Select(c => c.Headers["Idempotency-Key"]).Distinct());
        Assert.All(proxy.Requests, r => Assert.Equal(
            ($"comfyfunc-client/{(string)told["version"]!}", "a-key", "a-function-key"),
            (r.Headers["User-Agent"], r.Headers["X-Api-Key"], r.Headers["x-functions-key"])));
    }

    [Fact]
    public async Task A_stream_that_was_cut_is_taken_up_where_it_was()
    {
        await using var proxy = await TroubledProxy.StartAsync(app.Http.Root(), ("/events", new Trouble.CutAfter("\"queued\""), 1));
        var told = await PlayAsync("survives", new { server = proxy.Url, color = 21 });
        var streams = proxy.Requests.Where(r => r.Line.EndsWith("/events", StringComparison.Ordinal)).ToArray();

        Assert.Equal("""["queued","running","succeeded"]""", told["statuses"]!.ToJsonString());
        Assert.Equal(2, streams.Length);
        Assert.Contains("Last-Event-ID", streams[1].Headers);
    }

    [Fact]
    public async Task Where_no_stream_comes_through_the_run_is_asked_for()
    {
        await using var proxy = await TroubledProxy.StartAsync(app.Http.Root(), ("/events", new Trouble.Answered(502), 100));
        var told = await PlayAsync("survives", new { server = proxy.Url, color = 22 });

        Assert.Equal(("succeeded", "succeeded"), ((string)told["status"]!, (string)told["statuses"]!.AsArray()[^1]!));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Who_is_told_to_come_later_does(int status)
    {
        await using var proxy =
            await TroubledProxy.StartAsync(app.Http.Root(), ("POST /api/workflows", new Trouble.Answered(status, "1"), 2));
        var told = await PlayAsync("survives", new { server = proxy.Url, color = status });

        Assert.Equal("succeeded", (string)told["status"]!);
        Assert.Equal(3, proxy.Requests.Count(r => r.Line.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_run_can_be_subscribed_to_with_previews_retried_and_shown_otherwise()
    {
        var told = await PlayAsync("follows");

        Assert.Equal("""["image/jpeg true","progress","status"]""", told["kinds"]!.ToJsonString());
        Assert.Equal(("succeeded", true), ((string)told["status"]!, (bool)told["retryOf"]!));
        Assert.Equal("""["image/webp",16,true]""", told["small"]!.ToJsonString());
    }

    [Fact]
    public async Task Webhooks_are_verified_as_the_server_signs_them()
    {
        var (old, now) = (WebhookSecret.Of(new byte[32]), WebhookSecret.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        var at = DateTimeOffset.UnixEpoch.AddDays(20000);
        var signed = WebhookSecret.Sign([now, old], "msg_1", at, System.Text.Encoding.UTF8.GetBytes(SdkWorkflows.Body));
        object Delivery(string body, string signature, int late = 0) => new
        {
            body,
            now = at.ToUnixTimeSeconds() + late,
            headers = new Dictionary<string, string>
            {
                ["Webhook-Id"] = "msg_1",
                ["webhook-timestamp"] = $"{at.ToUnixTimeSeconds()}",
                ["webhook-signature"] = signature
            },
        };
        object[] deliveries =
        [
            Delivery(SdkWorkflows.Body, signed), Delivery(SdkWorkflows.Body, signed, 300), Delivery(SdkWorkflows.Body, signed, 301),
            Delivery(SdkWorkflows.Body, signed, -301),
            Delivery(SdkWorkflows.Body + " ", signed), Delivery(SdkWorkflows.Body, "v1,AAAA v2,x"),
            Delivery(SdkWorkflows.Body, $"v1,AAAA {signed}"),
            Delivery(SdkWorkflows.Body, signed.Replace("v1,", "v2,", StringComparison.Ordinal)),
        ];
        string[] expected =
        [
            "run.succeeded", "run.succeeded", "invalid_webhook: The timestamp is too old or too new.",
            "invalid_webhook: The timestamp is too old or too new.",
            "invalid_webhook: No signature fits.", "invalid_webhook: No signature fits.", "run.succeeded",
            "invalid_webhook: No signature fits.",
        ];

        Assert.Equal(expected, (await PlayAsync("verifies", new { deliveries, secrets = old })).AsArray().Select(s => (string)s!));
        Assert.Equal("run.succeeded",
            (string)(await PlayAsync("verifies",
                new { deliveries = deliveries[..1], secrets = new[] { WebhookSecret.Of([.. Enumerable.Repeat((byte)7, 24)]), now } }))[0]!);
    }

    [Fact]
    public async Task Keys_are_sent_to_the_server_only()
    {
        var path = Path.Combine(folder.FullName, "noise.png");
        await SdkWorkflows.WriteNoiseAsync(path, 20);
        var told = await PlayAsync("handsNoKeyOn", new { path });

        Assert.Equal("""{"own":true,"foreign":[false,false]}""", told.ToJsonString());
    }

    [Fact]
    public async Task Keys_do_not_go_where_a_server_leads()
    {
        await using var server = await LeadingServer.StartAsync();
        var told = await PlayAsync("isLedElsewhere", new { elsewhere = server.Url.AbsoluteUri });

        Assert.Equal(("unexpected_answer", 307, 0), ((string)told["code"]!, (int)told["status"]!, server.Followers));
    }

    [Fact]
    public async Task The_examples_of_the_README_work()
    {
        await app.Http.SaveSamplesAsync();
        var examples = CodeBlock().Matches(await File.ReadAllTextAsync(Path.Combine(Package, "README.md"), Cancellation))
            .Select(m => m.Groups[1].Value);
        var script = string.Join('\n', examples).Replace("http://localhost:7071", app.Http.Root().AbsoluteUri, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "readme.js"), script, Cancellation);
        var said = await NodeAsync("", "readme.js");

        Assert.Contains("invalid_input false /sampler/seed", said, StringComparison.Ordinal);
        Assert.Contains("image/png true", said, StringComparison.Ordinal);
        Assert.Contains("succeeded 6", said, StringComparison.Ordinal);
        Assert.Contains("completed [ 'succeeded', 'succeeded', 'succeeded', 'succeeded' ]", said, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.FullName, "lighthouse.png")));
    }

    [Fact]
    public async Task Its_types_are_those_that_it_has_and_one_version_is_said()
    {
        var tools = await NpmInstall.EnsureAsync("clients",
            Path.Combine(TestFolders.Root, "tests", "Product.Tests", "Clients", "TypeScript"), TestFolders.Tools,
            NullLogger.Instance, Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "use.ts"), """
            import { ComfyFunc, ComfyFuncError, file, verifyWebhook, VERSION, type Run } from "comfyfunc";

            const comfy = new ComfyFunc({ baseUrl: "http://localhost:7071" });
            const run: Run = await comfy.run("x", { photo: { image: [file("a.png"), new Blob()] } }, { output: { format: "webp" }, onProgress: (e) => e.type === "progress" && e.value });
            const size: number | undefined = run.outputs.picture?.[0]?.bytes;
            const bytes: Uint8Array = await run.outputs.picture[0].content();
            for await (const event of comfy.subscribe("x", {}, { previews: true })) if (event.type === "preview") event.content.length;
            const batch = await comfy.batch("x", [{}]);
            const first: Run = batch.runs[0];
            const type: string = (await verifyWebhook("", new Headers(), ["whsec_"])).type;
            try { throw 1; } catch (e) { if (e instanceof ComfyFuncError) { const pointer: string | undefined = e.errors[0].pointer; void pointer; } }
            // @ts-expect-error There is no such option.
            await comfy.run("x", {}, { proirity: 1 });
            void [size, bytes, first, type, VERSION];
            """, Cancellation);
        await NodeAsync("", Path.Combine(tools, "node_modules", "typescript", "bin", "tsc"), "--strict", "--noEmit", "--target", "es2022",
            "--module", "nodenext", "--lib", "es2023,dom,dom.iterable,dom.asynciterable", "use.ts");
        var exported = await NodeAsync("", "--input-type=module", "-e",
            "import * as all from 'comfyfunc'; console.log(Object.keys(all).sort().join(), all.VERSION)");
        var version = (string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Package, "package.json"), Cancellation))!["version"]!;

        Assert.Equal($"ComfyFunc,ComfyFuncError,VERSION,file,verifyWebhook {version}", exported.Trim());
    }

    // How the newest runs of a workflow ended.
    private async Task<string[]> EndedAsync(string workflow, int count)
    {
        var ids = await app.Http.RunsAsync($"workflow={Uri.EscapeDataString(workflow)}&limit={count}");
        return await Task.WhenAll(ids.Select(async id => Caller.Status(await app.Http.EndAsync(id))));
    }

    private async Task<JsonNode> PlayAsync(string scenario, object? given = null)
    {
        var arguments = JsonSerializer.SerializeToNode(given ?? new { })!.AsObject();
        arguments.TryAdd("server", app.Http.Root().AbsoluteUri);
        return JsonNode.Parse(await NodeAsync(arguments.ToJsonString(), "scenarios.mjs", scenario))!; // It says one document.
    }

    private async Task<string> NodeAsync(string input, params string[] arguments)
    {
        // No shell, so there is a process.
        using var node =
            Process.Start(new ProcessStartInfo("node", arguments)
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            })!;
        var errors = node.StandardError.ReadToEndAsync(Cancellation);
        await node.StandardInput.WriteAsync(input);
        node.StandardInput.Close();
        var said = await node.StandardOutput.ReadToEndAsync(Cancellation);
        await node.WaitForExitAsync(Cancellation);
        Assert.True(node.ExitCode == 0, $"{string.Join(' ', arguments)} failed: {said} {await errors}");
        return said;
    }

    [GeneratedRegex("```js\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
