using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>What goes wrong on demand.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private SimRig rig = null!; // Set before each test.

    public async ValueTask InitializeAsync() => rig = await SimRig.StartAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_crash_cuts_the_socket_without_a_close_frame_and_refuses_connections()
    {
        rig.Host.Faults.CrashAt = "SaveImage";
        var socket = await rig.ListenAsync();
        await Task.WhenAny(rig.SubmitAsync(Graphs.Picture())); // The crash may overtake the answer.
        Assert.DoesNotContain(await socket.UntilClosedAsync(), h => h.ToString() == "executed 2");
        Assert.Null(socket.CloseStatus);
        await Assert.ThrowsAsync<HttpRequestException>(() => Eventually.SeesAsync(() => rig.GetAsync("queue"), _ => false));
        Assert.False(rig.Host.IsRunning);
    }

    [Fact]
    public async Task A_restart_keeps_the_port_and_the_outputs_and_loses_queue_history_numbers_and_cache()
    {
        var (before, socket) = (rig.Host.Url, await rig.ListenAsync());
        await rig.RunAsync(Graphs.Picture(), socket, "done");
        await rig.OccupyAsync(socket);
        await rig.SubmitAsync(Graphs.Picture(), "pending");
        await rig.Host.RestartAsync(Deadline.Token);

        Assert.Equal(before, rig.Host.Url);
        Assert.Empty(await rig.QueuedAsync());
        Assert.Empty(await rig.QueuedAsync("queue_running"));
        Assert.Equal("{}", (await rig.GetAsync("history")).GetRawText());
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync(), "again");
        var entry = await rig.EntryAsync("again");
        Assert.Equal(0, entry.GetProperty("prompt")[0].GetInt32());
        Assert.Contains("t_00002_.png", entry.GetProperty("outputs").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(2, rig.Host.Stats.Lives);
    }

    [Fact]
    public async Task A_fault_is_over_when_it_has_happened_as_often_as_was_asked()
    {
        (rig.Host.Faults.ErrorAt, rig.Host.Faults.Times) = ("EmptyImage", 1);
        var socket = await rig.ListenAsync();
        Assert.Contains(await rig.RunAsync(Graphs.Picture(), socket), h => h.Type == "execution_error");
        Assert.DoesNotContain(await rig.RunAsync(Graphs.Picture(), socket), h => h.Type == "execution_error");
    }

    [Fact]
    public async Task A_node_that_hangs_takes_no_interrupt()
    {
        rig.Host.Faults.HangAt = "*";
        var socket = await rig.ListenAsync();
        await rig.SubmitAsync(Graphs.Picture(), "p");
        await socket.UntilAsync(h => h.ToString() == "executing 1");
        await rig.InterruptAsync();
        await rig.InterruptAsync("p");
        Assert.Equal(["p"], await rig.QueuedAsync("queue_running"));
    }

    [Fact]
    public async Task A_zombie_takes_prompts_and_runs_none()
    {
        rig.Host.Faults.Zombie = true;
        var socket = await rig.ListenAsync();
        foreach (var id in new[] { "a", "b" })
        {
            await rig.SubmitAsync(Graphs.Picture(), id);
        }

        await socket.UntilAsync(h => h.ToString() == "status 2");
        await rig.GetAsync("system_stats");
        Assert.Equal(["b"], await rig.QueuedAsync());
        Assert.Empty(rig.Host.Stats.Executions);
    }

    [Fact]
    public async Task Memory_runs_out_with_the_exception_of_PyTorch()
    {
        rig.Host.Faults.OutOfMemoryAt = "EmptyImage";
        var error = Assert.Single(await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync()), h => h.Type == "execution_error");
        Assert.Equal("torch.OutOfMemoryError", error.Text("exception_type"));
        Assert.EndsWith("\n", error.Text("exception_message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dropped_sockets_are_cut_and_the_prompt_goes_on()
    {
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        using (await rig.PostAsync("sim/drop-sockets", ""))
        {
            await socket.UntilClosedAsync();
        }

        Assert.Equal(["occupier"], await rig.QueuedAsync("queue_running"));
    }

    [Fact]
    public async Task Silent_sockets_stay_open_and_say_nothing()
    {
        var socket = await rig.ListenAsync();
        rig.Host.Faults.SilentSockets = true;
        await EndWithoutEventsAsync("unheard");
        await rig.Host.KillAsync();
        Assert.Empty(await socket.UntilClosedAsync());
    }

    [Fact]
    public async Task An_unreachable_host_closes_every_connection_but_the_one_that_ends_the_fault()
    {
        rig.Host.Faults.Unreachable = true;
        await Assert.ThrowsAsync<HttpRequestException>(() => rig.GetAsync("queue"));
        using (await rig.Http.DeleteAsync(new Uri("sim/faults", UriKind.Relative), Deadline.Token))
        {
            await rig.GetAsync("queue");
        }
    }

    [Fact]
    public async Task Answers_take_as_long_as_they_were_told_to()
    {
        rig.Host.Faults.HttpDelayMs = 150;
        var start = Stopwatch.GetTimestamp();
        await rig.GetAsync("queue");
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(140));
    }

    [Fact]
    public async Task A_prompt_is_accepted_in_part_on_demand()
    {
        rig.Host.Faults.AcceptInPart = 1;
        using var response = await rig.PostAsync("prompt", new JsonObject { ["prompt"] = Graphs.Picture() });
        Assert.NotEmpty((await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token)).GetProperty("node_errors")
            .EnumerateObject());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_lost_reply_leaves_a_prompt_that_runs()
    {
        rig.Host.Faults.LoseSubmitReplies = 1;
        var socket = await rig.ListenAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => rig.SubmitAsync(Graphs.Picture(), "p"));
        await socket.UntilEndOfAsync("p");
        await rig.EntryAsync("p");
    }

    [Fact]
    public async Task A_dropped_submit_leaves_nothing()
    {
        rig.Host.Faults.DropSubmits = 1;
        await Assert.ThrowsAsync<HttpRequestException>(() => rig.SubmitAsync(Graphs.Picture(), "p"));
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync(), "q");
        Assert.Equal("q", Assert.Single((await rig.GetAsync("history")).EnumerateObject()).Name);
    }

    [Fact]
    public async Task Ignored_interrupts_are_answered()
    {
        rig.Host.Faults.IgnoreInterrupts = 1;
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.InterruptAsync("occupier");
        Assert.Equal(["occupier"], await rig.QueuedAsync("queue_running"));
        await rig.InterruptAsync("occupier");
        await socket.UntilEndOfAsync("occupier");
    }

    [Fact]
    public async Task Faults_are_set_over_http_and_unknown_ones_are_refused()
    {
        using (var set = await rig.PostAsync("sim/faults", """{"errorAt":"*","times":1}"""))
        {
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        }

        Assert.Equal(("*", 1), (rig.Host.Faults.ErrorAt, rig.Host.Faults.Times));
        using var unknown = await rig.PostAsync("sim/faults", """{"nosuch":1}""");
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        using var crash = await rig.PostAsync("sim/faults", """{"crash":1}""");
        Assert.Equal(HttpStatusCode.BadRequest, crash.StatusCode);
    }

    [Fact]
    public async Task A_host_can_be_killed_twice_and_disposed_after_that()
    {
        await rig.Host.KillAsync();
        await rig.Host.KillAsync();
        await rig.Host.RestartAsync(Deadline.Token);
        await rig.GetAsync("queue");
    }

    [Fact]
    public async Task In_instant_mode_work_takes_no_time()
    {
        var start = Stopwatch.GetTimestamp();
        await rig.RunAsync(Graphs.Sampled(steps: 1000), await rig.ListenAsync());
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10), "A thousand steps were simulated in real time.");
    }

    [Fact]
    public async Task At_full_speed_work_takes_the_time_of_the_clock()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        await using var slow = await SimRig.StartAsync(new() { Speed = 1, Time = clock });
        var socket = await slow.ListenAsync();
        await slow.SubmitAsync(Graphs.Sampled(), "p");
        await socket.UntilAsync(h => h.ToString() == "executing 1");
        Assert.Equal(["p"], await slow.QueuedAsync("queue_running"));
        Assert.Contains(await clock.AdvanceUntilAsync(socket.UntilEndOfAsync("p")), h => h.Type == "binary 1");
    }

    // Nothing is heard, so one has to look.
    private async Task EndWithoutEventsAsync(string id)
    {
        await rig.SubmitAsync(Graphs.Picture(1), id);
        await Eventually.SeesAsync(() => rig.GetAsync($"history/{id}"), history => history.TryGetProperty(id, out _));
    }
}
