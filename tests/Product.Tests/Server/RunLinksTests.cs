using ComfyFunc.Server.Following;
using ComfyFunc.Server.Settings;
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

    [Theory]
    [InlineData("first letter")]
    [InlineData("last letter")] // Two of its bits are no part of the 32 bytes.
    [InlineData("a letter less")]
    [InlineData("a letter more")]
    [InlineData("padding")]
    [InlineData("a space")]
    [InlineData("other case")]
    public async Task A_signature_is_good_to_the_letter(string change)
    {
        await using var rig = await new ServerRig(new() { SecretsKey = Secret }).StartedAsync();
        var links = rig.Get<RunLinks>();
        var good = await links.SignAsync(new("r"), LinkAction.Status, Cancellation);

        Assert.False(await links.IsSignedAsync(new("r"), LinkAction.Status, Changed(good, change), Cancellation));
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

        Assert.StartsWith(isSigned ? "https://example.com/api/links/runs/r/status?sig=" : "https://example.com/api/runs/r/status", status,
            StringComparison.Ordinal);
        Assert.StartsWith(isSigned ? "https://example.com/api/links/runs/r/cancel?sig=" : "https://example.com/api/runs/r/cancel", cancel,
            StringComparison.Ordinal);
    }

    private static string Changed(string signature, string change) => change switch
    {
        "first letter" => After(signature[0]) + signature[1..],
        "last letter" => signature[..^1] + After(signature[^1]),
        "a letter less" => signature[..^1],
        "a letter more" => signature + "A",
        "padding" => signature + "=",
        "a space" => signature + " ",
        "other case" => signature.ToLowerInvariant(),
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    // The next in the alphabet of base64url.
    private static string After(char letter) => letter switch
    {
        'Z' => "a",
        'z' => "0",
        '9' => "-",
        '-' => "_",
        '_' => "A",
        _ => $"{(char)(letter + 1)}",
    };
}
