using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;
using SkiaSharp;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Hosts that people use too, that restart, change while they run, refuse what others take, and pools that are empty.</summary>
[Collection(nameof(AppCollection))]
public class SharedHostTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_does_not_go_behind_a_persons_work_while_another_host_is_free()
    {
        await using var pool = await PoolAsync(2);
        await pool.Hosts[0].Person.SubmitAsync(60, Cancellation);
        await pool.UntilSeenAsync("host0");
        for (var color = 1; color <= 4; color++)
        {
            var run = await pool.Http.RunAsync("slow", $$$"""{"sleep":{"seconds":0},"canvas":{"color":{{{color}}}}}""");
            Assert.Equal(("succeeded", "host1"), (Caller.Status(run), (string)run["host"]!));
        }
    }

    [Fact]
    public async Task A_run_behind_a_persons_work_is_queued_on_its_host_with_its_place_until_it_executes()
    {
        await using var pool = await PoolAsync(1);
        await pool.Hosts[0].Person.SubmitAsync(3600, Cancellation);
        await pool.UntilSeenAsync("host0");
        var id = await pool.Http.StartAsync("slow", """{"sleep":{"seconds":0.1}}""");
        var queued = await pool.Http.UntilAsync(id, r => r["host"] is not null && r["queuePosition"] is not null);
        Assert.Equal(("queued", 1), (Caller.Status(queued), (int)queued["queuePosition"]!));
        Assert.Null(queued["startedAt"]);
        await pool.Hosts[0].Person.InterruptAsync(Cancellation);
        var run = await pool.Http.EndAsync(id);
        Assert.Equal(("succeeded", 1), (Caller.Status(run), (int)run["attempt"]!));
        Assert.NotNull(run["startedAt"]);
    }

    [Fact]
    public async Task A_persons_interrupt_and_a_queue_that_is_cleared_re_place_a_run_once_at_no_charge()
    {
        await using var pool = await PoolAsync(1);
        var interrupted = await pool.Http.StartAsync("slow", """{"sleep":{"seconds":2},"canvas":{"color":1}}""");
        await pool.Http.UntilAsync(interrupted, r => r["progress"] is not null);
        await pool.Hosts[0].Person.InterruptAsync(Cancellation);
        var run = await pool.Http.EndAsync(interrupted);
        Assert.Equal(("succeeded", "taken_off"), (Caller.Status(run), (string)run["attempts"]![0]!["ended"]!));

        var running = await pool.Http.StartAsync("slow", """{"sleep":{"seconds":5},"canvas":{"color":2}}""");
        await pool.Http.UntilAsync(running, r => r["progress"] is not null);
        var cleared = await pool.Http.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":3}}""");
        await pool.Http.UntilAsync(cleared, r => r["host"] is not null);
        await pool.Hosts[0].Person.ClearQueueAsync(Cancellation);
        Assert.Equal("succeeded", Caller.Status(await pool.Http.EndAsync(cleared)));
        Assert.Equal(1, (int)(await pool.Http.EndAsync(running))["attempt"]!);
    }

    [Fact]
    public async Task Runs_behind_a_worker_that_somebody_elses_prompt_has_killed_go_on_elsewhere_within_half_a_minute()
    {
        await using var pool = await PoolAsync(1);
        await pool.Http.RunAsync("slow", """{"sleep":{"seconds":0}}""");
        await pool.Hosts[0].Person.KillWorkerAsync(Cancellation);
        var stuck = await pool.Http.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":1}}""");
        await pool.Http.UntilAsync(stuck, r => r["host"] is not null);
        await using var free = await SimulatedHost.StartAsync(new() { Name = "free" }, Cancellation);
        await pool.Http.AddHostAsync("free", free);
        var watch = Stopwatch.StartNew();
        var run = await pool.Http.EndAsync(stuck);
        Assert.Equal(("succeeded", "free"), (Caller.Status(run), (string)run["host"]!));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 40);
    }

    [Fact]
    public async Task A_pool_of_one_host_that_restarts_is_waited_for()
    {
        await using var pool = await PoolAsync(1);
        var id = await pool.Http.StartAsync("slow", """{"sleep":{"seconds":2}}""");
        await pool.Http.UntilAsync(id, r => r["progress"] is not null);
        await pool.Hosts[0].KillAsync();
        await pool.Http.UntilAsync(id, r => Caller.Status(r) is "running" && (string?)r["attempts"]![0]!["ended"] == "host_lost");
        await pool.Hosts[0].RestartAsync(Cancellation);
        var run = await pool.Http.EndAsync(id);
        Assert.Equal(("succeeded", 2), (Caller.Status(run), (int)run["attempt"]!));
    }

    [Fact]
    public async Task A_call_waits_for_a_pool_that_is_away_and_the_pool_asks_for_a_host()
    {
        await using var pool = await PoolAsync(1);
        await pool.Hosts[0].KillAsync();
        await pool.UntilAsync("host0", h => (string)h["state"]! == "offline");
        var id = await pool.Http.StartAsync("slow", """{"sleep":{"seconds":0}}""");
        await pool.Http.UntilAsync(id, r => r["queuePosition"] is not null);
        var wanted = await (await pool.Http.GetAsync(new Uri("pool", UriKind.Relative), Cancellation)).JsonAsync();
        Assert.InRange((int)wanted["wantedHosts"]!, 1, 1);
        using var gone = await pool.Http.DeleteAsync(new Uri("hosts/host0?force=true", UriKind.Relative), Cancellation);
        using var ready = await pool.Http.GetAsync(new Uri("ready", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("queued", Caller.Status(await pool.Http.RunOfAsync(id)));
        await using var next = await SimulatedHost.StartAsync(new() { Name = "next" }, Cancellation);
        await pool.Http.AddHostAsync("next", next);
        Assert.Equal("succeeded", Caller.Status(await pool.Http.EndAsync(id)));
    }

    [Fact]
    public async Task What_one_host_refuses_another_takes_and_the_refusal_is_remembered()
    {
        await using var pool = await PoolAsync(2);
        pool.Hosts[0].Faults.Answers = [new() { At = "/prompt", Status = 400, Body = Refusal }];
        for (var color = 1; color <= 6; color++)
        {
            var run = await pool.Http.RunAsync("slow", $$$"""{"sleep":{"seconds":0},"canvas":{"color":{{{color}}}}}""");
            Assert.Equal(("succeeded", "host1"), (Caller.Status(run), (string)run["host"]!));
        }

        using var gone = await pool.Http.DeleteAsync(new Uri("hosts/host1?force=true", UriKind.Relative), Cancellation);
        var alone = await pool.Http.RunAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":9}}""");
        Assert.NotEqual("succeeded", Caller.Status(alone));
        Assert.Contains("Required input is missing", (string)alone["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_input_puts_no_host_to_rest()
    {
        await using var pool = await PoolAsync(2);
        await pool.Http.SaveAsync("one", Prompts.Failing);
        await pool.Http.SaveAsync("two", Prompts.Failing.Replace("\"never\"", "\"neither\"", StringComparison.Ordinal));
        for (var i = 0; i < 12; i++)
        {
            var run = await pool.Http.RunAsync(i % 2 == 0 ? "one" : "two", $$$"""{"breaker":{"message":"input {{{i}}} is broken"}}""");
            Assert.Equal("node_failed", Caller.Code(run));
        }

        Assert.Equal(["ready", "ready"],
            [(string)(await pool.HostAsync("host0"))["state"]!, (string)(await pool.HostAsync("host1"))["state"]!]);
    }

    [Fact]
    public async Task A_host_that_fails_what_another_does_well_rests_and_the_run_that_told_succeeds()
    {
        await using var pool = await PoolAsync(1);
        await using var well = await SimulatedHost.StartAsync(new() { Name = "well" }, Cancellation);
        pool.Hosts[0].Faults.ErrorAt = "SimSleep";
        for (var color = 1; color <= 4; color++)
        {
            Assert.Equal("node_failed",
                Caller.Code(await pool.Http.RunAsync("slow", $$$"""{"sleep":{"seconds":0},"canvas":{"color":{{{color}}}}}""")));
        }

        await pool.Http.AddHostAsync("well", well);
        await well.Person.SubmitAsync(4, Cancellation); // So that the next call goes to the other host first.
        await pool.UntilSeenAsync("well");
        var run = await pool.Http.RunAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":5}}""");
        Assert.Equal("node_failed", (string)run["attempts"]![0]!["ended"]!);
        Assert.Equal(("succeeded", "well"), (Caller.Status(run), (string)run["host"]!));
        Assert.Equal("quarantined", (string)(await pool.HostAsync("host0"))["state"]!);
    }

    [Fact]
    public async Task A_model_that_comes_while_the_host_runs_can_be_called_within_a_minute()
    {
        await using var pool = await PoolAsync(1);
        await pool.Http.SaveAsync("pick", Prompts.Picture.Replace("\"Load\"", "\"Load [model]\"", StringComparison.Ordinal));
        pool.Hosts[0].AddModel("checkpoints", "fresh.safetensors");
        using var resumed = await pool.Http.PostAsync("hosts/host0/resume");
        using var answer = await Eventually.SeesAsync(
            () => pool.Http.CallAsync("pick", """{"model":{"ckpt_name":"fresh.safetensors"}}"""),
            a => a.StatusCode is HttpStatusCode.OK, TimeSpan.FromMinutes(1));
        Assert.Equal("succeeded", Caller.Status(await answer.JsonAsync()));
    }

    [Fact]
    public async Task Files_that_were_cleared_away_are_staged_anew()
    {
        await using var pool = await PoolAsync(1);
        await pool.Http.SaveAsync("upload", Prompts.Upload);
        var first = await pool.Http.RunAsync("upload", $$$"""{"input":{"image":"{{{Picture(1)}}}"}}""");
        pool.Hosts[0].ClearInput("comfyfunc");
        var second = await pool.Http.RunAsync("upload", $$$"""{"input":{"image":"{{{Picture(1)}}}"},"invert":false}""");
        Assert.Equal(("succeeded", "succeeded", 1), (Caller.Status(first), Caller.Status(second), (int)second["attempt"]!));
    }

    [Fact]
    public async Task A_run_whose_files_are_gone_can_be_canceled_and_ends_by_its_deadline_with_the_reason()
    {
        await using var pool = await PoolAsync(1, ("FinishWithin", "00:00:12"));
        await pool.Http.SaveAsync("upload", Prompts.Upload);
        await pool.Hosts[0].KillAsync();
        await pool.UntilAsync("host0", h => (string)h["state"]! == "offline");
        var late = await pool.Http.StartAsync("upload", $$$"""{"input":{"image":"{{{Picture(2)}}}"}}""");
        var canceled = await pool.Http.StartAsync("upload", $$$"""{"input":{"image":"{{{Picture(3)}}}"}}""");
        await pool.LoseBlobAsync($"runs/{late}/inputs/0");
        await pool.LoseBlobAsync($"runs/{canceled}/inputs/0");
        await pool.Hosts[0].RestartAsync(Cancellation);
        await pool.UntilAsync("host0", h => (string)h["state"]! == "ready");
        using var cancel = await pool.Http.PostAsync($"runs/{canceled}/cancel");
        Assert.Equal("canceled", Caller.Status(await pool.Http.EndAsync(canceled, TimeSpan.FromSeconds(10))));
        var run = await pool.Http.EndAsync(late);
        Assert.Equal("run_timeout", Caller.Code(run));
        Assert.Contains("is gone", (string)run["error"]!["message"]!, StringComparison.Ordinal);
        await pool.UntilAsync("host0", h => h["leases"]!.AsArray().Count == 0);
        using var deleted = await pool.Http.DeleteAsync(new Uri($"runs/{late}", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    private const string Refusal = """
        {"error":{"type":"prompt_outputs_failed_validation","message":"Prompt outputs failed validation","details":"","extra_info":{}},
        "node_errors":{"2":{"class_type":"SimSleep","dependent_outputs":["3"],"errors":[{"type":"required_input_missing","message":"Required input is missing","details":"mode","extra_info":{"input_name":"mode"}}]}}}
        """;

    private async Task<Pool> PoolAsync(int hosts, params (string Name, string Value)[] settings)
    {
        var storage = await azurite.NewStorageAsync();
        var app = await AppProcess.StartAsync(storage, settings.ToDictionary(s => $"ComfyFunc__{s.Name}", s => s.Value));
        var pool = new Pool(app, storage,
            [.. await Task.WhenAll(Enumerable.Range(0, hosts)
                .Select(i => SimulatedHost.StartAsync(new() { Name = $"host{i}" }, Cancellation)))]);
        for (var i = 0; i < hosts; i++)
        {
            await app.Http.AddHostAsync($"host{i}", pool.Hosts[i]);
        }

        await app.Http.SaveAsync("slow", Prompts.Slow);
        return pool;
    }

    private static string Picture(byte shade) => Convert.ToBase64String(Png(shade));

    private static byte[] Png(byte shade)
    {
        using var bitmap = new SKBitmap(20, 10);
        bitmap.Erase(new SKColor(shade, 0, 0));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private sealed class Pool(AppProcess app, StorageOptions storage, SimulatedHost[] hosts) : IAsyncDisposable
    {
        public HttpClient Http => app.Http;

        public SimulatedHost[] Hosts => hosts;

        public async Task<JsonObject> HostAsync(string id) =>
            await (await Http.GetAsync(new Uri($"hosts/{id}", UriKind.Relative), Cancellation)).JsonAsync();

        public Task<JsonObject> UntilAsync(string id, Func<JsonObject, bool> isSo) =>
            Eventually.SeesAsync(() => HostAsync(id), isSo, TimeSpan.FromSeconds(40));

        /// <summary>Until the façade has seen other people's work there.</summary>
        public Task<JsonObject> UntilSeenAsync(string id) => UntilAsync(id, h => (int)h["queue"]!["foreign"]! > 0);

        public async Task LoseBlobAsync(string name) =>
            await new Azure.Storage.Blobs.BlobContainerClient(storage.ConnectionString, storage.Container).DeleteBlobAsync(name,
                cancellationToken: Cancellation);

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }
        }
    }
}
