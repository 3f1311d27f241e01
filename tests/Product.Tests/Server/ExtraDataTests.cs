using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.ComfySim;
using ComfyFunc.Engine;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Tests.Server;

/// <summary>What hosts are given beside the prompt: sealed wherever it lies, and shown nowhere.</summary>
public sealed class ExtraDataTests : IAsyncLifetime
{
    private const string Key = "swordfish";
    private const string Prompt =
        """{"1":{"class_type":"EmptyImage","inputs":{"width":16,"height":16,"batch_size":1,"color":0},"_meta":{"title":"[canvas]"}},"2":{"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"x"}}}""";

    private readonly ServerRig rig = new();
    private SimulatedHost host = null!; // Set before each test.

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        await rig.StartedAsync();
        await rig.AnswerAsync(await rig.Get<HostEndpoints>()
            .PutAsync(ServerRig.Request($$"""{"url":"{{host.Url}}"}"""), "h", Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_call_goes_over_its_workflow_and_nothing_of_either_is_in_clear()
    {
        var saved = await SaveAsync(
            $$$$"""{"api_key_comfy_org":"workflow-{{{{Key}}}}","other":"{{{{Key}}}}","extra_pnginfo":{"workflow":{"editor":1}}}""");
        var run = await AcceptAsync($$$"""{"canvas":{"color":1},"extra_data":{"api_key_comfy_org":"call-{{{Key}}}"}}""");
        var plain = await AcceptAsync("""{"canvas":{"color":1}}""");
        var repeated = (await rig.Get<RunRepeat>().RepeatAsync(run, Cancellation))!; // Its files are there.

        Assert.Equal("""{"api_key_comfy_org":"call-swordfish","other":"swordfish"}""", await GivenAsync(run));
        Assert.Equal("""{"api_key_comfy_org":"workflow-swordfish","other":"swordfish"}""", await GivenAsync(plain));
        Assert.Equal(await GivenAsync(run), await GivenAsync(repeated));
        Assert.NotEqual(run.Inputs, plain.Inputs); // A result that was made with another key may be another.
        var shown = await rig.Get<RunResource>().ShowAsync(run, new(new(OutputForm.Url)), Cancellation);
        var (_, workflow) = await rig.AnswerAsync(await rig.Get<WorkflowEndpoints>()
            .GetAsync(Complete(ServerRig.Request(query: "?include=prompt")), "w", null, Cancellation));
        foreach (var text in new[] { saved.ToJsonString(), shown.ToJsonString(), workflow.ToJsonString(), rig.Log,
            await rig.RowsAsync("runs"), await rig.RowsAsync("workflows"), await rig.FilesAsync() })
        {
            Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_same_extra_data_is_the_same_version_and_another_is_another()
    {
        var first = await SaveAsync("""{"k":"a"}""");
        Assert.Equal((1, (string)first["etag"]!), Of(await SaveAsync("""{"k":"a"}""")));
        var second = await SaveAsync("""{"k":"b"}""");
        Assert.Equal(2, (int)second["version"]!);
        Assert.NotEqual((string)first["etag"]!, (string)second["etag"]!);
        Assert.Equal(3, (int)(await SaveAsync("""{"extra_pnginfo":{"workflow":{}}}"""))["version"]!);
        Assert.Equal(3, (int)(await SaveAsync("null"))["version"]!);

        static (int, string) Of(JsonObject saved) => ((int)saved["version"]!, (string)saved["etag"]!);
    }

    [Theory]
    [InlineData("5", "/extra_data")]
    [InlineData("""{"client_id":"x"}""", "/extra_data/client_id")]
    public async Task What_it_cannot_be_is_refused_at_save_and_in_a_call(string extra, string pointer)
    {
        Assert.Equal(pointer, (string)(await SaveAsync(extra))["errors"]![0]!["pointer"]!);
        await SaveAsync("null");
        var refused = Assert.IsType<IntakeReply.Refused>(await rig.Get<RunIntake>()
            .AcceptAsync(CallOf($$"""{"extra_data":{{extra}}}"""), Cancellation));
        Assert.Equal(pointer, Assert.Single(refused.Faults).Pointer);
    }

    [Fact]
    public async Task A_call_that_is_only_validated_shows_nothing_of_it()
    {
        await SaveAsync($$"""{"k":"{{Key}}"}""");
        var explained = Assert.IsType<ExplainReply.Explained>(await rig.Get<CallExplainer>()
            .ExplainAsync(CallOf($$$"""{"extra_data":{"k":"{{{Key}}}"}}"""), Cancellation));
        Assert.True((bool)explained.Document["valid"]!);
        Assert.DoesNotContain(Key, explained.Document.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_has_one_for_all_its_calls_and_its_calls_none()
    {
        await SaveAsync("null");
        var (status, accepted) = await BatchAsync($$$"""{"inputs":[{"canvas":{"color":1}},{}],"extra_data":{"k":"{{{Key}}}"}}""");
        var (_, wrong) = await BatchAsync($$$"""{"inputs":[{},{"extra_data":{"k":"{{{Key}}}"}}]}""");
        var (_, odd) = await BatchAsync("""{"inputs":[{}],"extra_data":[]}""");
        var batch = (await rig.Get<BatchStore>().FindAsync((string)accepted["id"]!, Cancellation))!; // It was accepted.

        Assert.Equal(202, status);
        Assert.Equal("/inputs/1/extra_data", (string)wrong["errors"]![0]!["pointer"]!);
        Assert.Equal("/extra_data", (string)odd["errors"]![0]!["pointer"]!);
        Assert.Equal($$"""{"k":"{{Key}}"}""", (await rig.Get<ExtraData>().ForCallsAsync(batch.Id, batch.ExtraData, Cancellation)).Given);
        Assert.DoesNotContain(Key,
            accepted.ToJsonString() + wrong.ToJsonString() + await rig.RowsAsync("batches") + await rig.FilesAsync() + rig.Log,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_sealed_under_another_key_is_said_and_not_thrown()
    {
        await SaveAsync($$"""{"k":"{{Key}}"}""");
        var run = await AcceptAsync("{}");
        await using var other = await new ServerRig(new() { SecretsKey = Convert.ToBase64String(new byte[32]) }, rig).StartedAsync();
        var refused = Assert.IsType<IntakeReply.Refused>(await other.Get<RunIntake>().AcceptAsync(CallOf("{}"), Cancellation));
        var (given, fault) = await other.Get<ExtraData>().ForHostAsync(run.Id, run.ExtraData, Cancellation);
        var repeated = await other.Get<RunRepeat>().RepeatAsync(run, Cancellation);

        Assert.Equal(FaultCode.InvalidWorkflow, Assert.Single(refused.Faults).Code);
        Assert.Equal((null, FaultCode.InvalidWorkflow), (given, fault?.Code));
        Assert.NotNull((await other.Get<ExtraData>().ForHostAsync(repeated!.Id, repeated.ExtraData, Cancellation)).Fault);
    }

    [Fact]
    public async Task What_is_sealed_for_one_opens_for_no_other_and_only_the_same_is_told_to_be_the_same()
    {
        var (extra, one, two) = (rig.Get<ExtraData>(), RunIds.New(TimeProvider.System), RunIds.New(TimeProvider.System));
        var saved = await extra.OfWorkflowAsync("Portrait", """{"k":1}""", Cancellation);
        var batch = await extra.OfBatchAsync("b1", """{"k":1}""", Cancellation);
        var first = await extra.OfRunAsync(one, "portrait", saved, null, Cancellation);
        var second = await extra.OfRunAsync(two, "PORTRAIT", saved, null, Cancellation);
        var third = await extra.OfRunAsync(two, "portrait", saved, """{"k":2}""", Cancellation);
        var (given, fault) = await extra.ForCallsAsync("b2", batch, Cancellation);

        Assert.Equal((first.Digest, null, null), (second.Digest, first.Fault, second.Fault));
        Assert.NotEqual(first.Sealed, second.Sealed);
        Assert.NotEqual(first.Digest, third.Digest);
        Assert.NotNull((await extra.ForHostAsync(two, first.Sealed, Cancellation)).Fault);
        Assert.NotNull((await extra.OfRunAsync(one, "other", saved, null, Cancellation)).Fault);
        Assert.Equal((null, FaultCode.InvalidInput, "/extra_data"), (given, fault?.Code, fault?.Pointer));
    }

    private static Call CallOf(string body) => new("w") { Body = Encoding.UTF8.GetBytes(body) };

    private async Task<RunRecord> AcceptAsync(string body) =>
        Assert.IsType<IntakeReply.Accepted>(await rig.Get<RunIntake>().AcceptAsync(CallOf(body), Cancellation)).Run;

    private async Task<string?> GivenAsync(RunRecord run)
    {
        var (given, fault) = await rig.Get<ExtraData>().ForHostAsync(run.Id, run.ExtraData, Cancellation);
        Assert.Null(fault);
        return given;
    }

    private async Task<JsonObject> SaveAsync(string extra) =>
        (await rig.AnswerAsync(await rig.Get<WorkflowEndpoints>()
            .PutAsync(Complete(ServerRig.Request($$"""{"prompt":{{Prompt}},"extra_data":{{extra}}}""")), "w", Cancellation))).Body;

    private async Task<(int Status, JsonObject Body)> BatchAsync(string body) =>
        await rig.AnswerAsync(await rig.Get<BatchEndpoints>().SubmitAsync(Complete(ServerRig.Request(body)), "w", null, Cancellation));

    private static Microsoft.AspNetCore.Http.HttpRequest Complete(Microsoft.AspNetCore.Http.HttpRequest request)
    {
        (request.Scheme, request.Host) = ("http", new("localhost"));
        return request;
    }
}
