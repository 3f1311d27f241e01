using System.Net;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Runs and hosts that come and go; each test has an app and hosts of its own.</summary>
[Collection(nameof(AppCollection))]
public class PoolTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_waits_and_one_that_executes_are_canceled_and_their_neighbour_is_not()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostsAsync(1, host);
        var running = await app.Http.StartAsync("slow", """{"sleep":{"seconds":60},"canvas":{"color":1}}""");
        await app.Http.UntilAsync(running, r => Caller.Status(r) == "running");
        var waiting = await app.Http.StartAsync("slow", """{"sleep":{"seconds":60},"canvas":{"color":2}}""");
        var neighbour = await app.Http.StartAsync("slow", """{"sleep":{"seconds":0.1},"canvas":{"color":3}}""");

        using var second = await app.Http.PostAsync($"runs/{waiting}/cancel");
        Assert.Equal("canceled", Caller.Status(await app.Http.EndAsync(waiting)));
        using var first = await app.Http.PostAsync($"runs/{running}/cancel");
        Assert.Equal("canceled", Caller.Status(await app.Http.EndAsync(running)));
        Assert.Equal("succeeded", Caller.Status(await app.Http.EndAsync(neighbour)));
        Assert.Equal(1, host.Stats.Interrupted);
    }

    [Fact]
    public async Task A_run_moves_on_when_its_host_dies()
    {
        await using var one = await SimulatedHost.StartAsync(new() { Name = "one" }, Cancellation);
        await using var two = await SimulatedHost.StartAsync(new() { Name = "two" }, Cancellation);
        await using var app = await WithHostsAsync(2, one, two);
        var id = await app.Http.StartAsync("slow", """{"sleep":{"seconds":2},"canvas":{"color":4}}""");
        var placed = await app.Http.UntilAsync(id, r => r["progress"] is not null);
        await ((string)placed["host"]! == "host0" ? one : two).KillAsync();
        var run = await app.Http.EndAsync(id);

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.Equal(2, (int)run["attempt"]!);
        Assert.Equal("host_lost", (string)run["attempts"]![0]!["ended"]!);
        Assert.NotEqual((string)placed["host"]!, (string)run["host"]!);
        Assert.InRange((long)run["metrics"]!["lostMs"]!, 1, (long)run["metrics"]!["totalMs"]! - 2_000);
        Assert.InRange((long)run["metrics"]!["executionMs"]!, 1_900, long.MaxValue);
    }

    [Fact]
    public async Task A_run_that_kills_every_host_is_given_up_as_poison()
    {
        await using var one = await SimulatedHost.StartAsync(new() { Name = "one" }, Cancellation);
        await using var two = await SimulatedHost.StartAsync(new() { Name = "two" }, Cancellation);
        await using var app = await WithHostsAsync(2, one, two);
        one.Faults.CrashAt = two.Faults.CrashAt = "SimSleep";
        var run = await app.Http.RunAsync("slow");

        Assert.Equal("poison_workflow", Caller.Code(run));
        Assert.Equal((1, 1), (one.Stats.Executions.Count, two.Stats.Executions.Count));
    }

    [Fact]
    public async Task Out_of_memory_is_tried_once_on_a_larger_host()
    {
        await using var small = await SimulatedHost.StartAsync(new() { Name = "small", VramGb = 8 }, Cancellation);
        await using var large = await SimulatedHost.StartAsync(new() { Name = "large", VramGb = 80 }, Cancellation);
        await using var app = await WithHostsAsync(2, small);
        small.Faults.OutOfMemoryAt = "*";
        var alone = await app.Http.RunAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":5}}""");
        await app.Http.AddHostAsync("large", large);
        await app.Http.PostAsync("hosts/large/drain");
        await app.Http.PostAsync("hosts/large/resume");
        var id = await app.Http.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":6}}""");
        var run = await app.Http.EndAsync(id);

        Assert.Equal("gpu_out_of_memory", Caller.Code(alone));
        Assert.Equal(("succeeded", "large"), (Caller.Status(run), (string)run["host"]!));
    }

    [Fact]
    public async Task A_submit_whose_answer_was_lost_runs_once()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostsAsync(2, host);
        host.Faults.LoseSubmitReplies = 1;
        var run = await app.Http.RunAsync("slow", """{"sleep":{"seconds":0.2},"canvas":{"color":7}}""");

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.Equal(1, Assert.Single(host.Stats.Submissions).Value);
    }

    [Fact]
    public async Task A_prompt_that_is_accepted_in_part_is_taken_back_and_named()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostsAsync(2, host);
        host.Faults.AcceptInPart = 1;
        var run = await app.Http.RunAsync("slow", """{"sleep":{"seconds":30}}""");

        Assert.Equal("invalid_workflow", Caller.Code(run));
        Assert.Equal("canvas", (string)run["error"]!["node"]!["tag"]!);
    }

    [Fact]
    public async Task A_cached_result_whose_file_is_gone_is_executed_anew()
    {
        using var folder = new TemporaryFolder();
        await using var host = await SimulatedHost.StartAsync(new() { BaseDirectory = folder.FullName }, Cancellation);
        await using var app = await WithHostsAsync(2, host);
        var first = await app.Http.RunAsync("slow", """{"sleep":{"seconds":0}}""");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder.FullName, "output")))
        {
            File.Delete(file);
        }

        var second = await app.Http.RunAsync("slow", """{"sleep":{"seconds":0}}""");

        Assert.Equal(("succeeded", "succeeded"), (Caller.Status(first), Caller.Status(second)));
        Assert.Equal(2, (int)second["attempt"]!);
    }

    [Fact]
    public async Task A_run_that_no_host_can_take_fails_at_once_and_says_what_is_missing_where()
    {
        await using var full = await SimulatedHost.StartAsync(new() { Name = "full" }, Cancellation);
        await using var bare =
            await SimulatedHost.StartAsync(new() { Name = "bare", ExcludedClasses = new HashSet<string> { "SimSleep" } }, Cancellation);
        await using var app = await WithHostsAsync(2, full, bare);
        await app.Http.DeleteAsync(new Uri("hosts/host0", UriKind.Relative), Cancellation);
        var run = await app.Http.RunAsync("slow");

        Assert.Equal("no_capable_host", Caller.Code(run));
        Assert.Contains("SimSleep", (string)run["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draining_host_finishes_its_work_and_gets_no_more()
    {
        await using var one = await SimulatedHost.StartAsync(new() { Name = "one" }, Cancellation);
        await using var app = await WithHostsAsync(2, one);
        var running = await app.Http.StartAsync("slow", """{"sleep":{"seconds":1},"canvas":{"color":8}}""");
        await app.Http.UntilAsync(running, r => Caller.Status(r) == "running");
        using var drained = await app.Http.PostAsync("hosts/host0/drain");
        var waiting = await app.Http.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":9}}""");

        Assert.Equal("succeeded", Caller.Status(await app.Http.EndAsync(running)));
        Assert.Equal("queued", Caller.Status(await app.Http.RunOfAsync(waiting)));
        using var resumed = await app.Http.PostAsync("hosts/host0/resume");
        Assert.Equal("succeeded", Caller.Status(await app.Http.EndAsync(waiting)));
    }

    [Fact]
    public async Task A_workflow_can_be_saved_before_any_host_is_there_and_runs_once_one_is()
    {
        await using var app = await AppProcess.StartAsync(azurite);
        var early = await app.Http.SaveAsync("early", Prompts.Slow);
        using var ready = await app.Http.GetAsync(new Uri("ready", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal(["class_missing", "class_missing", "class_missing"], early["warnings"]!.AsArray().Select(w => (string)w!["code"]!));

        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await app.Http.AddHostAsync("host", host);
        var again = await app.Http.SaveAsync("early", Prompts.Slow);
        var run = await app.Http.RunAsync("early", """{"sleep":{"seconds":0}}""");

        Assert.Equal((1, 0), ((int)again["version"]!, again["warnings"]!.AsArray().Count));
        Assert.Equal("succeeded", Caller.Status(run));
    }

    [Fact]
    public async Task A_run_that_finds_no_slot_in_time_expires()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app =
            await AppProcess.StartAsync(azurite, new Dictionary<string, string> { ["ComfyFunc__StartWithin"] = "00:00:02" });
        await app.Http.AddHostAsync("host0", host, slots: 1);
        await app.Http.SaveAsync("slow", Prompts.Slow);
        var running = await app.Http.StartAsync("slow", """{"sleep":{"seconds":6},"canvas":{"color":10}}""");
        await app.Http.UntilAsync(running, r => Caller.Status(r) == "running");
        var waiting = await app.Http.RunAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":11}}""");

        Assert.Equal("expired", Caller.Status(waiting));
        Assert.Equal("start_deadline_exceeded", Caller.Code(waiting));
        Assert.Equal("succeeded", Caller.Status(await app.Http.EndAsync(running)));
    }

    [Theory]
    [InlineData("http://127.0.0.1:80/x.png")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://2130706433/")]
    public async Task A_url_that_leads_inside_is_not_fetched(string url)
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostsAsync(1, host);
        await app.Http.SaveAsync("upload", Prompts.Upload);
        using var refused = await app.Http.CallAsync("upload", $$$$"""{"input":{"image":{"type":"file","url":"{{{{url}}}}"}}}""");
        var problem = await refused.JsonAsync();

        Assert.Equal(("input_blocked", "/input/image/url"), ((string)problem["code"]!, (string)problem["errors"]![0]!["pointer"]!));
        Assert.Empty(host.Stats.Submissions);
    }

    private async Task<AppProcess> WithHostsAsync(int slots, params SimulatedHost[] hosts)
    {
        var app = await AppProcess.StartAsync(azurite);
        foreach (var (host, index) in hosts.Select((h, i) => (h, i)))
        {
            await app.Http.AddHostAsync($"host{index}", host, slots);
        }

        await app.Http.SaveAsync("slow", Prompts.Slow);
        return app;
    }
}
