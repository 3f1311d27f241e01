using ComfyFunc.Runs;
using ComfyFunc.Storage;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

/// <summary>What a signature lets its holder do, and nothing else.</summary>
public class RunLinksTests
{
    private static readonly string Secret = Convert.ToBase64String(new byte[32]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signature_is_good_for_its_run_and_its_action()
    {
        await using var rig = await new ServerRig(new() { SecretsKey = Secret }).StartedAsync();
        var links = rig.Get<RunLinks>();
        var signature = await links.SignAsync(new("r"), LinkAction.Status, Cancellation);

        Assert.True(await links.IsSignedAsync(new("r"), LinkAction.Status, signature, Cancellation));
        Assert.False(await links.IsSignedAsync(new("s"), LinkAction.Status, signature, Cancellation));
        Assert.False(await links.IsSignedAsync(new("r"), LinkAction.Cancel, signature, Cancellation));
        Assert.Equal(43, signature.Length); // 32 bytes
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64url!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Nothing_else_is(string? signature)
    {
        await using var rig = await new ServerRig(new() { SecretsKey = Secret }).StartedAsync();
        Assert.False(await rig.Get<RunLinks>().IsSignedAsync(new("r"), LinkAction.Status, signature, Cancellation));
    }

    [Fact]
    public async Task Another_server_signs_otherwise_and_another_process_of_this_one_does_not()
    {
        await using var rig = await new ServerRig().StartedAsync();
        await using var other = await new ServerRig(before: rig).StartedAsync();
        await using var stranger = await new ServerRig().StartedAsync();
        var signature = await rig.Get<RunLinks>().SignAsync(new("r"), LinkAction.Cancel, Cancellation);

        Assert.Equal(signature, await other.Get<RunLinks>().SignAsync(new("r"), LinkAction.Cancel, Cancellation));
        Assert.NotEqual(signature, await stranger.Get<RunLinks>().SignAsync(new("r"), LinkAction.Cancel, Cancellation));
    }

    [Theory]
    [InlineData(null, false, false)]
    [InlineData(null, true, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    public async Task Links_are_signed_where_calls_need_keys_unless_a_setting_says_otherwise(bool? setting, bool asksForKeys, bool isSigned)
    {
        ComfyFuncOptions options = asksForKeys ? new() { SignLinks = setting, TrustEasyAuth = true } : new() { SignLinks = setting };
        await using var rig = await new ServerRig(options).StartedAsync();
        var request = new DefaultHttpContext { Request = { Scheme = "https", Host = new("example.com") } }.Request;
        var status = await rig.Get<RunLinks>().StatusAsync(request, new("r"), Cancellation);
        var cancel = await rig.Get<RunLinks>().CancelAsync(request, new("r"), Cancellation);

        Assert.StartsWith(isSigned ? "https://example.com/api/links/runs/r/status?sig=" : "https://example.com/api/runs/r/status", status, StringComparison.Ordinal);
        Assert.StartsWith(isSigned ? "https://example.com/api/links/runs/r/cancel?sig=" : "https://example.com/api/runs/r/cancel", cancel, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_not_there_and_a_signature_that_is_not_good_are_answered_alike()
    {
        var rig = await new ServerRig(new() { SecretsKey = Secret }).StartedAsync();
        await using var kept = rig;
        var run = SomeRun.In(RunProcess.Initial, TimeProvider.System);
        await rig.Get<RunStore>().InsertAsync(run, Cancellation);
        var absent = RunIds.New(TimeProvider.System);
        var good = await rig.Get<RunLinks>().SignAsync(run.Id, LinkAction.Status, Cancellation);
        var goodForAbsent = await rig.Get<RunLinks>().SignAsync(absent, LinkAction.Status, Cancellation);

        Assert.Equal(202, await StatusAsync(run.Id, good));
        Assert.Equal(404, await StatusAsync(run.Id, goodForAbsent));
        Assert.Equal(404, await StatusAsync(absent, goodForAbsent));

        async Task<int> StatusAsync(RunId id, string signature) =>
            (await rig.AnswerAsync(await rig.Get<LinkEndpoints>().StatusAsync(ServerRig.Request(query: $"?sig={signature}"), id.Value, Cancellation))).Status;
    }
}
