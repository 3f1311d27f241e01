using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Callers.KeyEndpoints>;

namespace ComfyFunc.Server.Callers;

/// <summary>The endpoints that give keys to clients and take them back.</summary>
public sealed class KeyEndpoints(KeyStore keys, ComfyFuncOptions options) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("ListKeys", "GET", At.Keys, Role.Admin, RouteGroup.Service, "Lists callers' keys, without the keys themselves.",
            (e, r, ct) => e.ListAsync(r, ct))
        {
            Query = Paging.Query,
            Answers = [new(200, "A page of keys.", Shape.Of<KeyListView>())],
            Problems = [400],
        },
        new Route("CreateKey", "POST", At.Keys, Role.Admin, RouteGroup.Service, "Gives a client a key.", (e, r, ct) => e.CreateAsync(r, ct))
        {
            Body = new(SchemaNames.KeySettings) { Example = _ => new JsonObject { ["client"] = "shop", ["role"] = "run" } },
            Answers = [new(201, "The key; it is shown this once.", Shape.Of<KeyView>())],
            Problems = [409],
        },
        new Route("DeleteKey", "DELETE", At.Key, Role.Admin, RouteGroup.Service, "Takes a key back.",
            (e, r, ct) => e.DeleteAsync(r.InPath("id"), ct))
        {
            Answers = [new(204, "Gone.")],
            Problems = [404],
        },
    ];

    private const int LargestBody = 16 << 10;

    private static readonly Role[] Roles = [Role.Host, Role.Run, Role.Author, Role.Admin];

    /// <summary>GET /api/keys: pages by continuation.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var page = await keys.PageAsync(Paging.SizeOf(request), Paging.ContinuationOf(request), cancellationToken);
        return Json(new KeyListView { Keys = [.. page.Keys.Select(KeyView.Of)], Continuation = page.Continuation });
    }

    /// <summary>POST /api/keys {client, role?, workflows?, hosts?}: 201 with the key, which is shown this once.</summary>
    public async Task<IResult> CreateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!options.AsksForKeys)
        {
            return Problems.From(FaultCode.Conflict,
                "No callers are configured, so nothing asks for keys and anybody could make one. Configure the first caller with the role "
                    + "Admin: ComfyFunc:Callers.");
        }

        if (await RequestBody.ReadAsync(request, LargestBody, cancellationToken) is not { } body)
        {
            return Problems.From(FaultCode.InputTooLarge, $"The body is larger than {LargestBody} bytes.");
        }

        switch (StrictJson.Parse(body))
        {
            case StrictJson.Malformed malformed:
                return Problems.From(malformed.Fault with { Code = FaultCode.InvalidRequest });
            case StrictJson.Parsed { Root: var root }:
                return await CreateAsync(request, root, cancellationToken);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>DELETE /api/keys/{id}: it is good nowhere after some seconds.</summary>
    public async Task<IResult> DeleteAsync(string id, CancellationToken cancellationToken) =>
        await keys.DeleteAsync(id, cancellationToken) ? Results.NoContent() : Problems.From(FaultCode.NotFound, $"There is no key '{id}'.");

    private async Task<IResult> CreateAsync(HttpRequest request, JsonElement root, CancellationToken cancellationToken)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return Problems.From(FaultCode.InvalidRequest, "The body is an object: {\"client\":\"shop\",\"role\":\"run\"}.", "");
        }

        var faults = ImmutableArray.CreateBuilder<Fault>();
        faults.AddRange(BodyMembers.Unknown(root, "A key", ["client", "role", "workflows", "hosts"]));
        var client = ClientOf(root, faults);
        var role = RoleOf(root, faults);
        var workflows = NamesOf(root, "workflows", faults);
        var hosts = NamesOf(root, "hosts", faults);
        if (faults.Count > 0)
        {
            return Problems.From(faults.ToImmutable());
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var (row, key) = await keys.CreateAsync(new(client, role, request.Caller().Client, workflows) { Hosts = hosts }, cancellationToken);
        return Json(KeyView.Of(row) with { Key = key }, StatusCodes.Status201Created);
    }

    private static string ClientOf(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        if (root.TryGetProperty("client", out var client) && client.ValueKind is JsonValueKind.String
            && SafeName.IsValid(client.GetString()))
        {
            return client.GetString()!; // A string is never null.
        }

        faults.Add(new(FaultCode.InvalidRequest, $"A client's name is {SafeName.Rule}.", "/client"));
        return "";
    }

    private static Role RoleOf(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        if (BodyMembers.Given(root, "role") is not { } given)
        {
            return Role.Run;
        }

        var word = given.ValueKind is JsonValueKind.String ? given.GetString()! : ""; // A string is never null.
        if (Roles.FirstOrDefault(r => r.ToString().Equals(word, StringComparison.OrdinalIgnoreCase)) is var role and not Role.None)
        {
            return role;
        }

        faults.Add(new(FaultCode.InvalidRequest,
            $"A role is host, run, author or admin.{Suggestion.Nearest(word, Roles.Select(NameOf))}", "/role"));
        return Role.None;
    }

    private static ImmutableArray<string>? NamesOf(JsonElement root, string member,
        ImmutableArray<Fault>.Builder faults)
    {
        if (BodyMembers.Given(root, member) is not { } given)
        {
            return null;
        }

        if (given.ValueKind is JsonValueKind.Array && given.GetArrayLength() > 0
            && given.EnumerateArray().All(n => n.ValueKind is JsonValueKind.String)
            // Strings are never null.
            && given.EnumerateArray().Select(n => n.GetString()!).ToImmutableArray() is var patterns && NameScope.IsValid(patterns))
        {
            return patterns;
        }

        faults.Add(new(FaultCode.InvalidRequest, $"{member} is an array of {NameScope.Rule}.", JsonPointer.Of(member)));
        return null;
    }

    private static string NameOf(Role role) => role.ToString().ToLowerInvariant();

    private static IResult Json<T>(T view, int status = StatusCodes.Status200OK) =>
        Results.Json(view, ServerJson.Options, statusCode: status);
}
