using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Sync;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Sync;
using ComfyFunc.Server.Workflows;
using ComfyFunc.Tests.Acceptance;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server.Sync;

/// <summary>Going over hosts, with the host, the processes and the clock in the test's hand.</summary>
public sealed class HostSyncingTests : IAsyncLifetime
{
    private static readonly string Mine = Graphs.Canvas.Replace("paint it", "my own note", StringComparison.Ordinal);

    private readonly FakeTimeProvider clock = new(new(2026, 11, 29, 15, 4, 0, TimeSpan.Zero));
    private readonly HttpClient author = new();

    private GuardedHost host = null!; // Set before each test.
    private ServerRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await GuardedHost.StartAsync(_ => true, Cancellation);
        rig = await new ServerRig(clock: clock).StartedAsync();
        await JoinAsync("""{"url":"{url}"}""");
    }

    public async ValueTask DisposeAsync()
    {
        author.Dispose();
        await rig.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_sweep_over_what_is_in_step_asks_one_thing_and_writes_nothing()
    {
        await SaveAsync("one", Graphs.Canvas);
        await SaveAsync("two", Graphs.Canvas);
        await SweepAsync();
        await SweepAsync();
        var (before, row) = (Asked(), await rig.RowsAsync("sync"));
        await SweepAsync();
        Assert.Equal(["/userdata"], Asked()[before.Length..]);
        Assert.Equal(row, await rig.RowsAsync("sync"));
    }

    [Fact]
    public async Task A_host_is_asked_nothing_while_nothing_is_published_with_a_graph()
    {
        await SaveAsync("plain", Graphs.CanvasPrompt);
        await SweepAsync();
        Assert.Empty(Asked());
    }

    [Fact]
    public async Task A_sweep_finds_what_was_removed_and_what_was_edited_on_the_host()
    {
        await SaveAsync("one", Graphs.Canvas);
        await SaveAsync("two", Graphs.Canvas);
        await SweepAsync();
        await author.DeleteAsync(At("one.json"), Cancellation);
        await EditAsync("two.json", Mine);
        await SweepAsync();
        Assert.Equal(["one.json", "two (edited on gpu 2026-11-29 15.04).json", "two.json"], await NamesAsync());
        Assert.Equal(Mine, await author.GetStringAsync(At("two (edited on gpu 2026-11-29 15.04).json"), Cancellation));
        Assert.Equal("two (edited on gpu 2026-11-29 15.04).json", (await ShownAsync())["two"].KeptAs);
    }

    [Fact]
    public async Task An_edit_that_only_moved_the_window_is_none()
    {
        await SaveAsync("one", Graphs.Canvas);
        await SweepAsync();
        var moved = JsonNode.Parse(await author.GetStringAsync(At("one.json"), Cancellation))!;
        moved["extra"]!["ds"]!["scale"] = 9;
        await EditAsync("one.json", moved.ToJsonString());
        await SweepAsync();
        Assert.Equal(["one.json"], await NamesAsync());
        Assert.Equal(moved.ToJsonString(), await author.GetStringAsync(At("one.json"), Cancellation));
    }

    [Fact]
    public async Task Another_process_takes_over_where_the_first_was()
    {
        await SaveAsync("one", Graphs.Canvas);
        await SweepAsync();
        await using var next = await new ServerRig(before: rig, clock: clock).StartedAsync();
        await SaveAsync("one", Mine, next);
        await next.Get<HostSyncing>().SyncAsync(new("gpu"), ["one"], 0, Cancellation);
        Assert.Equal(["one.json"], await NamesAsync());
        var before = Asked();
        await SweepAsync();
        Assert.Equal(["/userdata"], Asked()[before.Length..]);
        Assert.Equal((2, SyncedWorkflowView.Current), ((await ShownAsync())["one"].Version, (await ShownAsync())["one"].State));
    }

    [Fact]
    public async Task A_host_whose_row_was_lost_is_not_taken_for_edited()
    {
        await SaveAsync("one", Graphs.Canvas);
        await SweepAsync();
        await rig.Get<ComfyFunc.Adapters.Storage.IDocumentTables>()["sync"].DeleteAsync("host", "gpu", null, Cancellation);
        await SaveAsync("one", Mine);
        await SweepAsync();
        Assert.Equal(["one.json"], await NamesAsync());
        Assert.Equal(2, (int)JsonNode.Parse(await author.GetStringAsync(At("one.json"), Cancellation))!["extra"]!["comfyfunc"]!["version"]!);
    }

    [Fact]
    public async Task A_name_in_another_case_is_another_file_and_the_first_one_goes()
    {
        await SaveAsync("One", Graphs.Canvas);
        await SweepAsync();
        await DeleteAsync("One");
        await SaveAsync("one", Graphs.Canvas);
        await rig.Get<HostSyncing>().SyncAsync(new("gpu"), ["one"], 0, Cancellation);
        Assert.Equal(["one.json"], await NamesAsync());
        Assert.Equal(["one"], (await ShownAsync()).Keys);
    }

    [Fact]
    public async Task What_was_published_a_moment_after_a_listing_is_not_missed()
    {
        await SyncAsync();
        await SaveAsync("one", Graphs.Canvas);
        await SyncAsync();
        Assert.Equal(["one.json"], await NamesAsync());
    }

    [Fact]
    public async Task A_host_that_left_is_remembered_for_a_month()
    {
        await SaveAsync("one", Graphs.Canvas);
        await SweepAsync();
        await rig.Get<HostStore>().DeleteAsync(new("gpu"), Cancellation);
        clock.Advance(TimeSpan.FromDays(29));
        await SweepAsync();
        Assert.NotEmpty(await rig.RowsAsync("sync"));
        clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync();
        Assert.Empty(await rig.RowsAsync("sync"));
    }

    [Fact]
    public async Task A_host_that_refuses_is_told_and_shown_until_it_does_not()
    {
        host.Host.Faults.Answers = [new() { At = "/userdata", Body = "", Status = 405 }];
        await SaveAsync("one", Graphs.Canvas);
        Assert.Equal(SyncReply.Refused, await SyncAsync());
        var told = (await ShownAsync())["one"];
        Assert.Equal((SyncedWorkflowView.Failed, "It has no /userdata (405): workflows cannot be put into its list."), (told.State, told.Reason));

        host.Host.Faults.Answers = [new() { At = "/userdata", Body = "", Status = 502 }];
        Assert.Equal(SyncReply.Failed, await SyncAsync());
        Assert.Equal("It answered /userdata with status 502.", (await ShownAsync())["one"].Reason);

        host.Host.Faults.Clear();
        Assert.Equal(SyncReply.Done, await SyncAsync());
        Assert.Equal((SyncedWorkflowView.Current, null), ((await ShownAsync())["one"].State, (await ShownAsync())["one"].Reason));
    }

    [Fact]
    public async Task One_file_that_a_host_will_not_have_keeps_no_other_waiting()
    {
        await SaveAsync("bad", Graphs.Canvas);
        await SaveAsync("good", Graphs.Canvas);
        host.Host.Faults.Answers = [new() { At = "/userdata/workflows%2FComfyFunc%2Fbad.json", Body = "", Status = 413 }];
        Assert.Equal(SyncReply.Done, await SyncAsync());
        Assert.Equal(["good.json"], await NamesAsync());
        var shown = await ShownAsync();
        Assert.Equal((SyncedWorkflowView.Failed, SyncedWorkflowView.Current), (shown["bad"].State, shown["good"].State));
        Assert.Equal("The file is larger than it takes.", shown["bad"].Reason);
        host.Host.Faults.Clear();
        await SweepAsync();
        Assert.Equal(["bad.json", "good.json"], await NamesAsync());
    }

    [Fact]
    public async Task A_host_that_opts_out_by_its_heartbeat_is_left_alone()
    {
        await SaveAsync("one", Graphs.Canvas);
        var request = ServerRig.Request($$"""{"url":"{{host.Url}}","sync":false}""");
        var (status, _) = await rig.AnswerAsync(await rig.Get<HostSpeechEndpoints>().HeartbeatAsync(request, "gpu", Cancellation));
        Assert.Equal((200, false), (status, rig.Get<HostStore>().Find(new("gpu"))!.SyncsWorkflows));
        await SweepAsync();
        Assert.Empty(Asked());
    }

    [Fact]
    public async Task Many_files_are_put_with_few_requests_at_once()
    {
        var (most, now) = (0, 0);
        host.Guard = r =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            r.HttpContext.Response.OnCompleted(() => Task.FromResult(Interlocked.Decrement(ref now)));
            return true;
        };
        for (var i = 0; i < 12; i++)
        {
            await SaveAsync($"many{i}", Graphs.Canvas);
        }

        host.Host.Faults.HttpDelayMs = 20;
        await Task.WhenAll(SweepAsync(), SweepAsync(), SyncAsync());
        Assert.Equal(12, (await NamesAsync()).Length);
        Assert.InRange(most, 2, 4);
    }

    private async Task<SyncReply> SyncAsync() => await rig.Get<HostSyncing>().SyncAsync(new("gpu"), null, rig.Get<PublishedGraphs>().Moment(), Cancellation);

    private Task SweepAsync()
    {
        clock.Advance(TimeSpan.FromSeconds(5));
        return rig.Get<HostSyncing>().SweepAsync(Cancellation);
    }

    private async Task JoinAsync(string body) => await rig.AnswerAsync(await rig.Get<HostEndpoints>().PutAsync(
        ServerRig.Request(body.Replace("{url}", $"{host.Url}", StringComparison.Ordinal)), "gpu", Cancellation));

    private async Task SaveAsync(string name, string graph, ServerRig? by = null)
    {
        var (status, answer) = await rig.AnswerAsync(
            await (by ?? rig).Get<WorkflowEndpoints>().PutAsync(ServerRig.Request(graph), name, Cancellation));
        Assert.True(status < 300, answer.ToJsonString());
    }

    private async Task DeleteAsync(string name) =>
        await rig.Get<WorkflowEndpoints>().DeleteAsync(ServerRig.Request(), name, Cancellation);

    private async Task<IReadOnlyDictionary<string, SyncedWorkflowView>> ShownAsync() =>
        (await rig.Get<IHostSync>().ShowAsync(rig.Get<HostStore>().Find(new("gpu"))!, Cancellation)).Workflows!;

    private string[] Asked() => [.. host.LetIn.Where(p => p.StartsWith("/userdata", StringComparison.Ordinal))];

    private async Task EditAsync(string file, string content) =>
        (await author.PostAsync(At(file), new StringContent(content, Encoding.UTF8), Cancellation)).EnsureSuccessStatusCode().Dispose();

    private async Task<string[]> NamesAsync() => [.. JsonNode.Parse(await author.GetStringAsync(
        new Uri(host.Host.Url, "userdata?dir=workflows%2FComfyFunc"), Cancellation))!.AsArray().Select(n => (string)n!)];

    // Past the door, so that it is not counted.
    private Uri At(string file) => new(host.Host.Url, $"userdata/{Uri.EscapeDataString($"{SyncNames.Folder}/{file}")}");
}
