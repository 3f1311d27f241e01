using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Workflows;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Callers;

/// <summary>The endpoints that give keys to clients and take them back.</summary>
public sealed class KeyEndpoints(KeyStore keys)
{
    private const int LargestBody = 16 << 10;

    public async Task<IResult> ListAsync(CancellationToken cancellationToken) =>
        Json(new JsonObject { ["keys"] = new JsonArray([.. (await keys.ListAsync(cancellationToken)).Select(Show)]) });

    /// <summary>POST /api/keys {client, role?}: 201 with the key, which is shown this once.</summary>
    public async Task<IResult> CreateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, LargestBody, cancellationToken) is not { } body)
        {
            return Problems.From("input_too_large", $"The body is larger than {LargestBody} bytes.");
        }

        switch (StrictJson.Parse(body))
        {
            case StrictJson.Malformed malformed:
                return Problems.From(malformed.Fault with { Code = "invalid_request" });
            case StrictJson.Parsed { Root: var root }:
                return await CreateAsync(request, root, cancellationToken);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>DELETE /api/keys/{id}: it is good nowhere after some seconds.</summary>
    public async Task<IResult> DeleteAsync(string id, CancellationToken cancellationToken) =>
        await keys.DeleteAsync(id, cancellationToken) ? Results.NoContent() : Problems.From("not_found", $"There is no key '{id}'.");

    private async Task<IResult> CreateAsync(HttpRequest request, JsonElement root, CancellationToken cancellationToken)
    {
        var faults = new List<Fault>();
        var client = root.ValueKind is JsonValueKind.Object && root.TryGetProperty("client", out var c) && c.ValueKind is JsonValueKind.String ? c.GetString() : null;
        if (!SafeName.IsValid(client))
        {
            faults.Add(new("invalid_request", $"A client's name is {SafeName.Rule}.", "/client"));
        }

        var role = Role.Run;
        if (root.ValueKind is JsonValueKind.Object && root.TryGetProperty("role", out var r) && r.ValueKind is not JsonValueKind.Null && (!Enum.TryParse(r.ToString(), ignoreCase: true, out role) || role is Role.None || int.TryParse(r.ToString(), out _)))
        {
            faults.Add(new("invalid_request", "A role is run, author or admin.", "/role"));
        }

        if (faults.Count > 0)
        {
            return Problems.From([.. faults]);
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var (row, key) = await keys.CreateAsync(client!, role, cancellationToken); // Valid, as was checked.
        var shown = Show(row);
        shown["key"] = key;
        return Json(shown, StatusCodes.Status201Created);
    }

    private static JsonObject Show(ApiKey key) => new()
    {
        ["id"] = key.Id,
        ["client"] = key.Client,
        ["role"] = key.Role.ToString().ToLowerInvariant(),
        ["createdAt"] = key.CreatedAt,
    };

    private static IResult Json(JsonObject document, int status = StatusCodes.Status200OK) => Results.Json(document, ServerJson.Options, statusCode: status);
}
