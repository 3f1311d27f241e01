using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Calls.UploadEndpoints>;

namespace ComfyFunc.Server.Calls;

/// <summary>The endpoint for files that are too large to travel in a call.</summary>
public sealed class UploadEndpoints(Uploads uploads) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("CreateUpload", "POST", At.Uploads, Role.Run, RouteGroup.Runs,
            "Names a file to come: PUT it to the url, then use the ref in calls.", (e, r, ct) => e.CreateAsync(r, ct))
        {
            Answers = [new(201, "Where to send it.", SchemaNames.Upload)],
        },
    ];

    /// <summary>POST /api/uploads: 201 with a name to use in calls, and a link that takes the file straight into storage.</summary>
    public async Task<IResult> CreateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var upload = uploads.New();
        var (url, expires) = await uploads.LinkAsync(upload, request.Caller().Client, cancellationToken);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Json(
            new JsonObject
            {
                ["ref"] = upload.ToString(),
                ["method"] = "PUT",
                ["url"] = url.AbsoluteUri,
                ["headers"] = new JsonObject(uploads.LinkHeaders.Select(h => KeyValuePair.Create(h.Key, (JsonNode?)h.Value))),
                ["urlExpiresAt"] = expires,
                ["maxBytes"] = uploads.MaxBytes,
            },
            ServerJson.Options,
            statusCode: StatusCodes.Status201Created);
    }
}
