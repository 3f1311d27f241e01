using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Server.News;

/// <summary>What a host says of itself, to a process that submitted nothing to it.</summary>
public sealed class HostSpeechTests : TwoProcesses
{
    [Fact]
    public async Task An_end_wakes_its_run_through_any_process_at_once_and_twice_does_no_harm()
    {
        var (run, lease) = await ExecutingAsync();
        await SaveContentAsync(run, "SaveImage");
        var (status, taken) = await TellAsync(Ended(lease.Prompt), Ended(lease.Prompt), Ended(Guid.NewGuid()));

        Assert.Equal((200, 1, 1), (status, (int)taken["taken"]!, (int)taken["unknown"]!));
        var (told, news) = Assert.Single(Other.Driver.Signals);
        Assert.Equal((run.Id, 1), (told, Assert.IsType<RunEvent.Finished>(news).Attempt));
        await TellAsync(Ended(lease.Prompt));
        Assert.Equal(2, Other.Driver.Signals.Count); // The run knows that it was told.
    }

    [Fact]
    public async Task Whoever_submitted_a_prompt_is_told_once()
    {
        var (_, lease) = await ExecutingAsync();
        await TellAsync(Listening, Ended(lease.Prompt));
        await TellAsync(Listening, Ended(lease.Prompt));

        Assert.Single(Listening.Driver.Signals);
    }

    [Fact]
    public async Task Where_pictures_come_over_a_socket_whoever_hears_them_has_the_time_to_pass_them_on()
    {
        var (run, lease) = await ExecutingAsync();
        await SaveContentAsync(run, CompiledPrompt.SocketClass);
        await TellAsync(Ended(lease.Prompt));
        Assert.Empty(Other.Driver.Signals);
        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.IsSoAsync(() => Other.Driver.Signals.Count == 1);
    }

    [Fact]
    public async Task Pictures_that_are_still_on_their_way_to_this_process_are_waited_for()
    {
        var (run, lease) = await ExecutingAsync();
        var (_, next) = Next(run, lease);
        Listening.Get<PromptWatch>().Watch(next, nodes: 4, new HashSet<string> { "8" });
        await Listening.Get<HostStore>()
            .PutAsync(Host, h => h! with { Leases = [new(run.Id, next.Attempt, Clock.GetUtcNow())] }, Cancellation); // It is there.
        await TellAsync(Listening, Ended(next.Prompt));
        Assert.Empty(Listening.Driver.Signals);
        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.IsSoAsync(() => Listening.Driver.Signals.Count == 1);
    }

    [Fact]
    public async Task A_prompt_of_a_run_that_has_gone_on_wakes_nobody()
    {
        var (run, lease) = await ExecutingAsync();
        await EndAsync(run);
        await TellAsync(Ended(lease.Prompt));
        Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(Other.Driver.Signals);
    }

    [Fact]
    public async Task A_host_that_says_goodbye_drains_and_a_host_that_is_not_known_is_told_so()
    {
        await ExecutingAsync();
        var (status, _) = await TellAsync(new JsonObject { ["type"] = "leaving" });
        var (unknown, problem) = await Other.AnswerAsync(
            await Other.Get<HostSpeechEndpoints>()
                .TellAsync(ServerRig.Request("""{"events":[{"type":"leaving"}]}"""), "nobody", Cancellation));

        Assert.Equal((200, 404), (status, unknown));
        Assert.Equal("not_found", (string)problem["code"]!);
        Assert.Equal(HostStatus.Draining, Other.Get<HostStore>().Find(Host)!.Status);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("{}", "")]
    [InlineData("""{"events":[]}""", "/events")]
    [InlineData("""{"events":[{"type":"leaving"}],"x":1}""", "/x")]
    [InlineData("""{"events":[5]}""", "/events/0")]
    [InlineData("""{"events":[{"type":"leaving"},{"type":"ender"}]}""", "/events/1/type")]
    [InlineData("""{"events":[{"type":"ended"}]}""", "/events/0/promptId")]
    [InlineData("""{"events":[{"type":"ended","promptId":"a","x":1}]}""", "/events/0/x")]
    public async Task What_is_no_event_is_told_where_it_stands(string body, string pointer)
    {
        var (status, problem) = await Other.AnswerAsync(
            await Other.Get<HostSpeechEndpoints>().TellAsync(ServerRig.Request(body), Host.Value, Cancellation));

        Assert.Equal((400, pointer), (status, (string?)problem["errors"]?.AsArray().FirstOrDefault()?["pointer"] ?? ""));
    }

    [Fact]
    public async Task A_host_is_told_how_it_stands_and_nothing_of_its_runs()
    {
        await ExecutingAsync();
        var (_, standing) = await BeatAsync(Role.Host, Host.Value, "http://127.0.0.1:1/");

        Assert.Equal((Host.Value, "ready", 1), ((string)standing["id"]!, (string)standing["state"]!, (int)standing["freeSlots"]!));
        Assert.Null(standing["leases"]);
    }

    [Fact]
    public async Task Only_an_administrator_may_send_what_opens_a_door_elsewhere()
    {
        var sealedDoor = await Other.Get<HostDoors>().SealAsync(Host, new HostDoor { Query = "token=swordfish" }, Cancellation);
        await Other.Get<HostStore>()
            .PutAsync(Host, _ => new() { Id = Host, Url = new("http://127.0.0.1:1/"), Door = sealedDoor }, Cancellation);

        var (refused, problem) = await BeatAsync(Role.Author, Host.Value, "http://127.0.0.1:2/");
        Assert.Equal((403, "http://127.0.0.1:1/"), (refused, Other.Get<HostStore>().Find(Host)!.Url.AbsoluteUri));
        Assert.Equal("/url", (string)problem["errors"]![0]!["pointer"]!);
        Assert.Equal(200, (await BeatAsync(Role.Host, Host.Value, "http://127.0.0.1:1")).Status);
        Assert.Equal(200, (await BeatAsync(Role.Admin, Host.Value, "http://127.0.0.1:2/")).Status);
    }

    // The run's version has one node of this class.
    private async Task SaveContentAsync(RunRecord run, string nodeClass)
    {
        var blobs = Listening.Get<IBlobStore>();
        await blobs.PutBytesAsync($"prompts/{run.Content}.json",
            Encoding.UTF8.GetBytes($$$"""{"1":{"class_type":"{{{nodeClass}}}","inputs":{} } }"""), "application/json", Cancellation);
        await blobs.PutBytesAsync($"catalogs/{run.Catalog}.json",
            Encoding.UTF8.GetBytes($$$"""{"{{{nodeClass}}}":{"input":{"required":{} },"output":[],"output_node":true} }"""),
            "application/json", Cancellation);
    }

    private static JsonObject Ended(Guid prompt) =>
        new() { ["id"] = "e1", ["type"] = "ended", ["promptId"] = $"{prompt}", ["status"] = "success", ["at"] = "2026-05-01T12:00:00Z" };

    private static JsonObject Ended(PromptId prompt) => Ended(prompt.Value);

    private Task<(int Status, JsonObject Body)> TellAsync(params JsonObject[] events) => TellAsync(Other, events);

    private static async Task<(int Status, JsonObject Body)> TellAsync(ServerRig process, params JsonObject[] events) =>
        await process.AnswerAsync(await process.Get<HostSpeechEndpoints>().TellAsync(
            ServerRig.Request(new JsonObject { ["events"] = new JsonArray([.. events]) }.ToJsonString()), Host.Value, Cancellation));

    private async Task<(int Status, JsonObject Body)> BeatAsync(Role role, string id, string url)
    {
        var request = ServerRig.Request($$"""{"url":"{{url}}"}""");
        request.SetCaller(new("host", role));
        return await Other.AnswerAsync(await Other.Get<HostSpeechEndpoints>().HeartbeatAsync(request, id, Cancellation));
    }
}
