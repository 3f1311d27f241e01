using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Workflows.AliasEndpoints>;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// The endpoints that name versions: callers call <c>…/versions/production</c>, and authors decide which version that is.
/// </summary>
public sealed class AliasEndpoints(WorkflowStore workflows, LiveWorkflows live) : IEndpoints
{
    private static readonly QueryParameter Breaking =
        WorkflowEndpoints.BreakingQuery("refuse: not if callers of the alias would break.");

    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("PutAlias", "PUT", At.Alias, Role.Author, RouteGroup.Workflows,
            "Lets an alias, such as production, name a version; call it as versions/production.",
            (e, r, ct) => e.PutAsync(r, r.InPath("name"), r.InPath("alias"), ct))
        {
            CallsSaved = true,
            Query = [Breaking],
            Body = new(SchemaNames.AliasTarget) { Example = _ => new JsonObject { ["version"] = 1 } },
            Answers = [new(200, "It was known.", SchemaNames.Alias), new(201, "It is new.", SchemaNames.Alias)],
            Problems = [400, 404, 409],
        },
        new Route("DeleteAlias", "DELETE", At.Alias, Role.Author, RouteGroup.Workflows, "Takes an alias away.",
            (e, r, ct) => e.DeleteAsync(r.InPath("name"), r.InPath("alias"), ct))
        {
            Answers = [new(204, "Gone.")],
            Problems = [404],
        },
        new Route("RollbackAlias", "POST", At.AliasRollback, Role.Author, RouteGroup.Workflows,
            "Lets an alias name again what it named before.", (e, r, ct) => e.RollbackAsync(r, r.InPath("name"), r.InPath("alias"), ct))
        {
            Query = [Breaking],
            Answers = [new(200, "The alias.", SchemaNames.Alias)],
            Problems = [404, 409],
        },
    ];

    private const int LargestBody = 4 << 10;

    /// <summary>
    /// PUT /api/workflows/{name}/aliases/{alias} {version}: the alias names this version, or the one that another alias names, from now on.
    /// </summary>
    public async Task<IResult> PutAsync(HttpRequest request, string name, string alias, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, LargestBody, cancellationToken) is not { } body)
        {
            return Problems.From(FaultCode.InputTooLarge, $"The body is larger than {LargestBody} bytes.");
        }

        if (!SafeName.IsValid(alias) || alias.All(char.IsDigit))
        {
            return Problems.From(FaultCode.InvalidRequest, $"An alias is {SafeName.Rule}, and no number.", "/alias");
        }

        switch (StrictJson.Parse(body))
        {
            case StrictJson.Malformed malformed:
                return Problems.From(malformed.Fault with { Code = FaultCode.InvalidRequest });
            case StrictJson.Parsed { Root: var root } when BodyMembers.Unknown(root, "The body", ["version"])
                .ToImmutableArray() is { IsEmpty: false } unknown:
                return Problems.From(unknown);
            case StrictJson.Parsed { Root: { ValueKind: JsonValueKind.Object } root } when root.TryGetProperty("version", out var version)
                && version.ValueKind is JsonValueKind.Number or JsonValueKind.String:
                return await MoveAsync(request, name, alias, row => WorkflowEndpoints.Pick(row, version.ToString()), cancellationToken);
            case StrictJson.Parsed:
                return Problems.From(FaultCode.InvalidRequest,
                    "The body says which version: {\"version\":3}, or another alias.", "/version");
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>POST /api/workflows/{name}/aliases/{alias}/rollback: it names again what it named before.</summary>
    public Task<IResult> RollbackAsync(HttpRequest request, string name, string alias, CancellationToken cancellationToken) =>
        MoveAsync(request, name, alias, row => row.HistoryOf(alias) is [.., var before, _] ? row.Find(before) : null,
            cancellationToken, isBack: true);

    public Task<IResult> DeleteAsync(string name, string alias, CancellationToken cancellationToken) =>
        ChangeAsync(name, row => Task.FromResult<(WorkflowRow?, IResult)>(row.HistoryOf(alias).IsEmpty
            ? (null, Problems.From(FaultCode.NotFound, $"The workflow '{row.Name}' has no alias '{alias}'."))
            : (row.WithAlias(alias, []), Results.NoContent())), cancellationToken);

    private Task<IResult> MoveAsync(HttpRequest request, string name, string alias, Func<WorkflowRow, WorkflowVersion?> target,
        CancellationToken cancellationToken, bool isBack = false) =>
        ChangeAsync(name, async row =>
        {
            if (target(row) is not { } version)
            {
                return (null, isBack
                    ? Problems.From(FaultCode.Conflict, $"'{alias}' has named no other version before.")
                    : Problems.From(FaultCode.WorkflowNotFound,
                        $"The workflow '{row.Name}' has no such version; its latest is {row.Latest.Version}."));
            }

            var history = row.HistoryOf(alias);
            var differences = history is [.., var now] && row.Find(now) is { } before
                ? await CompareAsync(before, version, cancellationToken) : [];
            if (differences.Any(d => d.IsBreaking) && WorkflowEndpoints.RefusesBreaking(request))
            {
                return (null, Problems.From(
                    [.. differences.Where(d => d.IsBreaking).Select(d => new Fault(FaultCode.BreakingChange, d.Detail, d.Pointer))]));
            }

            ImmutableArray<int> moved = isBack ? history[..^1] : history is [.., var last] && last == version.Version ? history
                : history.Add(version.Version);
            return (row.WithAlias(alias, moved), Moved(row, alias, version, differences, isNew: history.IsEmpty));
        }, cancellationToken);

    private async Task<IResult> ChangeAsync(string name, Func<WorkflowRow, Task<(WorkflowRow? Row, IResult Reply)>> change,
        CancellationToken cancellationToken) =>
        (await workflows.ChangeAsync(name, row => row is { DeletedAt: null } ? change(row)
            : Task.FromResult<(WorkflowRow?, IResult)>((null, WorkflowEndpoints.NotFound(name))), cancellationToken)).Reply;

    private static IResult Moved(WorkflowRow row, string alias, WorkflowVersion version, ImmutableArray<ContractDifference> differences,
        bool isNew) => Results.Json(
            new JsonObject
            {
                ["name"] = row.Name,
                ["alias"] = alias,
                ["version"] = version.Version,
                ["differences"] = JsonSerializer.SerializeToNode(differences, ServerJson.Options),
                ["links"] = new JsonObject
                {
                    ["run"] = $"{Paths.Workflow(row.Name)}/versions/{Uri.EscapeDataString(alias)}",
                    ["version"] = Paths.Version(row.Name, version.Version)
                },
            },
            ServerJson.Options,
            statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);

    private async Task<ImmutableArray<ContractDifference>> CompareAsync(WorkflowVersion before, WorkflowVersion after,
        CancellationToken cancellationToken) =>
        Contract.Compare((await live.OfAsync(before, cancellationToken)).Workflow.Contract,
            (await live.OfAsync(after, cancellationToken)).Workflow.Contract);
}
