using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>
/// The links by which a run is followed and canceled. Where calls need keys they carry a signature for that one run and that one action, as
/// Durable's own carry a key: Logic Apps, CallHttp and browsers follow a Location without the key of the call, which no answer may repeat.
/// </summary>
public sealed class RunLinks(SecretKey secret, ComfyFuncOptions options)
{
    public const string Signature = "sig";

    /// <summary>Where such a link leads.</summary>
    public static string PathOf(RunId run, LinkAction action) => $"{Paths.Link(run)}/{(action is LinkAction.Status ? "status" : "cancel")}";

    internal static QueryParameter SignatureQuery { get; } =
        new(Signature, Schemas.Text()) { Description = "The link's signature.", IsRequired = true };

    public Task<string> StatusAsync(HttpRequest request, RunId run, CancellationToken cancellationToken) =>
        LinkAsync(request, run, LinkAction.Status, cancellationToken);

    public Task<string> CancelAsync(HttpRequest request, RunId run, CancellationToken cancellationToken) =>
        LinkAsync(request, run, LinkAction.Cancel, cancellationToken);

    /// <summary>The run itself. Its status shows the run once it has ended, so one signature opens both.</summary>
    public async Task<string> RunAsync(HttpRequest request, RunId run, CancellationToken cancellationToken) =>
        request.Absolute(options.SignsLinks
            ? $"{Paths.Link(run)}?{Signature}={await SignAsync(run, LinkAction.Status, cancellationToken)}" : Paths.Run(run));

    public async ValueTask<string> SignAsync(RunId run, LinkAction action, CancellationToken cancellationToken)
    {
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, await secret.GetAsync(cancellationToken), SecretKey.Bytes,
            info: "links"u8.ToArray());
        return Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{action}\n{run}")));
    }

    /// <summary>Whether the signature is this server's, for this run and this action, letter by letter.</summary>
    public async ValueTask<bool> IsSignedAsync(RunId run, LinkAction action, string? signature, CancellationToken cancellationToken)
    {
        var good = await SignAsync(run, action, cancellationToken);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(good), Encoding.UTF8.GetBytes(signature ?? ""));
    }

    private async Task<string> LinkAsync(HttpRequest request, RunId run, LinkAction action, CancellationToken cancellationToken)
    {
        var path = (action, options.SignsLinks) switch
        {
            (LinkAction.Status, false) => Paths.Status(run),
            (LinkAction.Cancel, false) => Paths.Cancel(run),
            _ => $"{PathOf(run, action)}?{Signature}={await SignAsync(run, action, cancellationToken)}",
        };
        return request.Absolute(path);
    }
}

/// <summary>What a link lets its holder do.</summary>
public enum LinkAction
{
    /// <summary>See how the run stands, and what came of it.</summary>
    Status,

    Cancel,
}
