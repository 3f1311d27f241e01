using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Server.Workflows;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

/// <summary>That a problem lists all that is wrong, each where it stands: also in the path.</summary>
public class FaultPlaceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_id_that_cannot_be_is_told_beside_what_is_wrong_with_the_body()
    {
        await using var rig = await new ServerRig().StartedAsync();

        Assert.Equal(["/id", "/url"], await PointersAsync(rig,
            await rig.Get<HostEndpoints>().PutAsync(ServerRig.Request("""{"url":"ftp://a"}"""), "../etc", Cancellation)));
        Assert.Equal(["/id", ""], await PointersAsync(rig,
            await rig.Get<HostEndpoints>().PutAsync(ServerRig.Request("[]"), "../etc", Cancellation)));
        Assert.Equal(["/id", "/events"], await PointersAsync(rig,
            await rig.Get<WebhookEndpoints>().PutAsync(
                ServerRig.Request("""{"url":"https://hooks.example.com","events":5}"""), "default-one", Cancellation)));
        Assert.Equal(["/id"], await PointersAsync(rig,
            await rig.Get<WebhookEndpoints>().PutAsync(ServerRig.Request("""{"url":"https://hooks.example.com"}"""), "a/b", Cancellation)));
        Assert.Equal(["/id", ""], await PointersAsync(rig,
            await rig.Get<WebhookEndpoints>().PutAsync(ServerRig.Request("{"), "a/b", Cancellation)));
        Assert.Equal(["/name"], await PointersAsync(rig,
            await rig.Get<WorkflowEndpoints>().PutAsync(ServerRig.Request("{}"), "a/b", Cancellation)));
        Assert.Equal(["/alias"], await PointersAsync(rig,
            await rig.Get<AliasEndpoints>().PutAsync(ServerRig.Request("""{"version":1}"""), "txt2img", "17", Cancellation)));
    }

    [Fact]
    public async Task Of_several_faults_the_one_without_a_place_is_listed_too()
    {
        await using var rig = new ServerRig();
        var (_, several) = await rig.AnswerAsync(
            Problems.From(new Fault(FaultCode.InvalidRequest, "All of it."), new Fault(FaultCode.InvalidRequest, "One.", "/one")));
        var (_, single) = await rig.AnswerAsync(Problems.From(FaultCode.Conflict, "It is held."));

        Assert.Equal("""[{"pointer":"","detail":"All of it."},{"pointer":"/one","detail":"One."}]""", several["errors"]!.ToJsonString());
        Assert.Equal(("[]", "It is held."), (single["errors"]!.ToJsonString(), (string)single["detail"]!));
    }

    private static async Task<string[]> PointersAsync(ServerRig rig, IResult result)
    {
        var (status, problem) = await rig.AnswerAsync(result);
        Assert.InRange(status, 400, 499);
        return [.. problem["errors"]!.AsArray().Select((JsonNode? e) => (string)e!["pointer"]!)];
    }
}
