using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>Hosts that a person uses as well.</summary>
public sealed class SharedHostTests : IAsyncLifetime
{
    private SimRig rig = null!; // Set before each test.

    public async ValueTask InitializeAsync() => rig = await SimRig.StartAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_persons_prompt_sits_in_the_same_queue_and_its_events_are_the_persons()
    {
        var (ours, theirs) = (await rig.ListenAsync("ours"), await rig.ListenAsync(rig.Host.Person.ClientId));
        var id = await rig.Host.Person.SubmitAsync(cancellationToken: Deadline.Token);
        await theirs.UntilAsync(h => h.ToString() == "executing 2");
        await rig.SubmitAsync(Graphs.Picture(), "ours", "ours");
        Assert.Equal([id], await rig.QueuedAsync("queue_running"));
        Assert.Equal(["ours"], await rig.QueuedAsync());

        await rig.Host.Person.InterruptAsync(Deadline.Token);
        Assert.All(await ours.UntilEndOfAsync("ours"), h => Assert.NotEqual(id, h.PromptId));
    }

    [Fact]
    public async Task The_pages_Interrupt_hits_ours_too()
    {
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.Host.Person.InterruptAsync(Deadline.Token);
        Assert.Contains(await socket.UntilEndOfAsync("occupier"), h => h.Type == "execution_interrupted");
        Assert.Equal("execution_interrupted", HistoryTests.Messages(await rig.EntryAsync("occupier"))[^1]);
    }

    [Fact]
    public async Task The_pages_Clear_drops_ours_without_a_trace()
    {
        await rig.Host.Person.SubmitAsync(cancellationToken: Deadline.Token);
        await rig.SubmitAsync(Graphs.Picture(), "ours");
        await rig.Host.Person.ClearQueueAsync(Deadline.Token);
        Assert.Empty(await rig.QueuedAsync());
        Assert.Equal("{}", (await rig.GetAsync("history/ours")).GetRawText());
    }

    [Fact]
    public async Task A_person_can_kill_the_worker_of_an_older_release_and_HTTP_goes_on()
    {
        await rig.Host.Person.KillWorkerAsync(Deadline.Token);
        await rig.SubmitAsync(Graphs.Picture(), "ours");
        await Eventually.SeesAsync(() => rig.QueuedAsync("queue_running"), running => running.Length > 0);

        await rig.Host.Person.InterruptAsync(Deadline.Token);
        await rig.GetAsync("system_stats");
        Assert.Equal(["ours"], await rig.QueuedAsync());
        Assert.Single(await rig.QueuedAsync("queue_running"));
        await rig.Host.RestartAsync(Deadline.Token);
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync());
    }

    [Fact]
    public async Task A_newer_release_survives_it()
    {
        await using var newer = await SimRig.StartAsync(new() { Speed = 0, ComfyVersion = "0.29.0" });
        await Assert.ThrowsAsync<HttpRequestException>(() => newer.Host.Person.KillWorkerAsync(Deadline.Token));
        await newer.RunAsync(Graphs.Picture(), await newer.ListenAsync());
    }
}
