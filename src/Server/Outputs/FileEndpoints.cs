using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Outputs.FileEndpoints>;

namespace ComfyFunc.Server.Outputs;

/// <summary>
/// The endpoints that <see cref="ServedLinks"/> lead to. The signature is the key: a link works in a page, and for whoever has it.
/// </summary>
public sealed class FileEndpoints(ServedLinks links, IBlobStore blobs, ComfyFuncOptions options, TimeProvider clock) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetFile", "GET", At.File, Role.None, RouteGroup.Runs, null, (e, r, ct) => e.GetAsync(r, r.InPath("token"), ct)),
        new Route("PutFile", "PUT", At.File, Role.None, RouteGroup.Runs, null, (e, r, ct) => e.PutAsync(r, r.InPath("token"), ct))
        {
            Body = new(Shape.Text, BodyKind.Bytes),
        },
    ];

    /// <summary>GET /api/files/{token}: the file, or the parts of it that <c>Range</c> names.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, string token, CancellationToken cancellationToken)
    {
        var link = await links.ReadAsync(token, cancellationToken);
        if (Refusal(link, isUpload: false) is { } refusal)
        {
            return refusal;
        }

        if (await blobs.OpenSeekableAsync(link!.Blob, cancellationToken) is not { } open)
        {
            return Problems.From(FaultCode.NotFound, "The file is gone.");
        }

        var headers = request.HttpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox"; // A file that a workflow made is no page of this server.
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.CacheControl = "private, no-cache";
        var tag = open.File.Sha256.Length > 0 ? new EntityTagHeaderValue($"\"{open.File.Sha256}\"") : null;
        if (!IsOfPart(request, tag))
        {
            request.Headers.Range = default;
        }

        return Results.Stream(open.Content, link.ContentType, link.FileName, lastModified: null, tag, enableRangeProcessing: true);
    }

    /// <summary>PUT /api/files/{token}: takes one file, however often it is sent. It is stored as it comes, in bounded memory.</summary>
    public async Task<IResult> PutAsync(HttpRequest request, string token, CancellationToken cancellationToken)
    {
        var link = await links.ReadAsync(token, cancellationToken);
        if (Refusal(link, isUpload: true) is { } refusal)
        {
            return refusal;
        }

        if (request.Headers.ContentRange.Count > 0)
        {
            // RFC 9110, section 14.5: a part is not to be taken for the whole.
            return Problems.From(FaultCode.InvalidRequest, "The file is taken whole, by one request; this one has a Content-Range.");
        }

        if (await blobs.FindAsync(link!.Blob, cancellationToken) is { } there)
        {
            return SentAgain(await SentFile.IsSameAsync(request, there, cancellationToken));
        }

        if (request.ContentLength > options.LongestUpload)
        {
            return TooLarge();
        }

        var write = new BlobWrite("application/octet-stream")
        {
            MaxBytes = options.LongestUpload,
            LengthHint = request.ContentLength,
            IfAbsent = true,
        };
        return await blobs.PutAsync(link.Blob, request.Body, write, cancellationToken) switch
        {
            PutReply.Stored => Created,
            PutReply.Exists { Sent: var sent } =>
                SentAgain((await blobs.FindAsync(link.Blob, cancellationToken))?.Sha256 == sent.Sha256),
            _ => TooLarge(),
        };
    }

    // RFC 9110, sections 14.2 and 13.1.5: a part is asked for by GET, in bytes, and of the very file that an If-Range names.
    private static bool IsOfPart(HttpRequest request, EntityTagHeaderValue? tag) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Range.ToString().StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)
        && (request.Headers.IfRange.Count == 0 || request.Headers.IfRange == tag?.ToString());

    private static IResult Created => Results.StatusCode(StatusCodes.Status201Created);

    // Whoever did not hear the first answer sends the file again.
    private static IResult SentAgain(bool isSame) =>
        isSame ? Created : Problems.From(FaultCode.Conflict, "Another file was sent already. Ask for another upload.");

    private IResult? Refusal(FileLink? link, bool isUpload) =>
        link is null || link.IsUpload != isUpload
            ? Problems.From(FaultCode.Forbidden, "This is no link of this server's, or not one for this.")
        : link.Expires <= clock.GetUtcNow() ? Problems.From(FaultCode.Forbidden, "The link's time is over. Ask for a fresh one.")
        : null;

    private IResult TooLarge() =>
        Problems.From(FaultCode.InputTooLarge, $"The file is larger than the {options.LongestUpload} bytes that the server takes.");
}
