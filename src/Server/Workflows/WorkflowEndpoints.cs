using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Workflows.WorkflowEndpoints>;

namespace ComfyFunc.Server.Workflows;

/// <summary>The endpoints that save workflows and show them.</summary>
public sealed class WorkflowEndpoints(WorkflowStore workflows, WorkflowSaving saving, LiveWorkflows live, RunnableHosts runnable,
    PublishBell bell, ComfyFuncOptions options, TimeProvider clock) : IEndpoints
{
    private static readonly HeaderParameter IfLatest = new("If-Match", "Only if this is the latest version's ETag.");

    private static readonly QueryParameter Include = QueryParameters.OneOf("include",
        "prompt shows the prompt too, graph what was saved in the editor.", "prompt", "graph");

    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("ListWorkflows", "GET", At.Workflows, Role.Run, RouteGroup.Workflows, "Lists workflows by name.",
            (e, r, ct) => e.ListAsync(r, ct))
        {
            Query = Paging.Query,
            Answers = [new(200, "A page.", SchemaNames.WorkflowList)],
            Problems = [400],
        },
        new Route("PutWorkflow", "PUT", At.Workflow, Role.Author, RouteGroup.Workflows, "Saves a workflow, or a new version of it.",
            (e, r, ct) => e.PutAsync(r, r.InPath("name"), ct))
        {
            OperationId = "SaveWorkflow",
            Headers = [IfLatest, new("If-None-Match", "* saves only a new workflow.")],
            Query = [
                BreakingQuery("refuse: not if callers of the latest version would break."),
                QueryParameters.Flag("validateOnly", "Answers what a save would, and saves nothing."),
            ],
            Body = SourceReader.Body with { Example = _ => ExamplePrompt },
            Answers = [
                new(200, "A new or an unchanged version.", SchemaNames.Workflow),
                new(201, "A new workflow.", SchemaNames.Workflow),
            ],
            Problems = [400, 409, 412, 413, 422],
        },
        new Route("GetWorkflow", "GET", At.Workflow, Role.Run, RouteGroup.Workflows, "Shows the latest version's contract.",
            (e, r, ct) => e.GetAsync(r, r.InPath("name"), null, ct))
        {
            Query = [Include],
            Answers = [new(200, "The workflow.", SchemaNames.Workflow), ApiAnswer.NotModified],
            Problems = [404],
        },
        new Route("DeleteWorkflow", "DELETE", At.Workflow, Role.Author, RouteGroup.Workflows,
            "Deletes a workflow; its runs go on to their ends.", (e, r, ct) => e.DeleteAsync(r, r.InPath("name"), ct))
        {
            Headers = [IfLatest],
            Answers = [new(204, "Deleted.")],
            Problems = [404, 412],
        },
        new Route("ListVersions", "GET", At.Versions, Role.Run, RouteGroup.Workflows, "Lists a workflow's versions.",
            (e, r, ct) => e.VersionsAsync(r.InPath("name"), ct))
        {
            Answers = [new(200, "Newest first.", SchemaNames.VersionList)],
            Problems = [404],
        },
        new Route("GetVersion", "GET", At.Version, Role.Run, RouteGroup.Workflows, "Shows a version's contract.",
            (e, r, ct) => e.GetAsync(r, r.InPath("name"), r.InPath("version"), ct))
        {
            Query = [Include],
            Answers = [new(200, "The version.", SchemaNames.Workflow), ApiAnswer.NotModified],
            Problems = [404],
        },
    ];

    /// <summary>PUT /api/workflows/{name}: 201 for a new one, 200 for a new or an unchanged version.</summary>
    public async Task<IResult> PutAsync(HttpRequest request, string name, CancellationToken cancellationToken)
    {
        if (!SafeName.IsValid(name))
        {
            return Problems.From(FaultCode.InvalidWorkflow, $"A workflow's name is {SafeName.Rule}.", "/name");
        }

        return await SourceReader.BodyAsync(request, options.MaxBodyBytes, cancellationToken) switch
        {
            ({ } document, _) => await saving.SaveAsync(name, document, TermsOf(request), cancellationToken) switch
            {
                SaveReply.Refused refused => Problems.From(refused.Faults),
                SaveReply.Saved saved => Answer(request, saved),
                _ => throw new UnreachableException(),
            },
            (_, var fault) => Problems.From(fault!), // One of the two is there.
        };
    }

    /// <summary>GET /api/workflows/{name} and …/versions/{version}: the contract, and the prompt with ?include=prompt.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, string name, string? version, CancellationToken cancellationToken)
    {
        var include = request.Query["include"].ToString().ToLowerInvariant();
        if (include.Length > 0 && !request.Caller().Role.May(Role.Author))
        {
            return Problems.From(FaultCode.Forbidden, $"Prompts and graphs are for authors: ?include={include} takes the role author.");
        }

        if (await workflows.FindAsync(name, cancellationToken) is not { DeletedAt: null } row)
        {
            return NotFound(name);
        }

        if (Pick(row, version) is not { } picked)
        {
            return Problems.From(FaultCode.WorkflowNotFound,
                $"The workflow '{row.Name}' has no version {version}; its latest is {row.Latest.Version}.");
        }

        request.HttpContext.Response.Headers.ETag = picked.ETag;
        if (!EntityTags.MeetsIfNoneMatch(request.Headers.IfNoneMatch, picked.ETag))
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        var workflow = (await live.OfAsync(picked, cancellationToken)).Workflow;
        var shown = Show(row, picked, workflow, workflow.Warnings);
        if (include == "prompt")
        {
            shown["prompt"] = JsonNode.Parse(workflow.PromptJson);
        }
        else if (include == "graph")
        {
            shown["graph"] = await workflows.GraphAsync(picked, cancellationToken) is { } graph ? JsonNode.Parse(graph.GetRawText()) : null;
        }

        return Json(shown);
    }

    /// <summary>GET /api/workflows: by name, in pages.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var page = await workflows.PageAsync(Paging.SizeOf(request), Paging.ContinuationOf(request), cancellationToken);
        var shown = page.Workflows.Where(r => request.Caller().Scope.Has(r.Name)).Select(r => (JsonNode)new JsonObject
        {
            ["name"] = r.Name,
            ["version"] = r.Latest.Version,
            ["etag"] = r.Latest.ETag,
            ["updatedAt"] = r.Latest.CreatedAt,
            ["links"] = new JsonObject { ["self"] = Paths.Workflow(r.Name) },
        });
        return Json(new JsonObject { ["workflows"] = new JsonArray([.. shown]), ["continuation"] = page.Continuation });
    }

    /// <summary>GET /api/workflows/{name}/versions: newest first.</summary>
    public async Task<IResult> VersionsAsync(string name, CancellationToken cancellationToken)
    {
        if (await workflows.FindAsync(name, cancellationToken) is not { DeletedAt: null } row)
        {
            return NotFound(name);
        }

        var shown = row.Versions.Reverse().Select(v => (JsonNode)new JsonObject
        {
            ["version"] = v.Version,
            ["etag"] = v.ETag,
            ["createdAt"] = v.CreatedAt,
            ["links"] = new JsonObject { ["self"] = Paths.Version(row.Name, v.Version) },
        });
        return Json(new JsonObject { ["name"] = row.Name, ["versions"] = new JsonArray([.. shown]) });
    }

    /// <summary>DELETE /api/workflows/{name}: no new runs; those in flight go on to their ends.</summary>
    public async Task<IResult> DeleteAsync(HttpRequest request, string name, CancellationToken cancellationToken)
    {
        var (deleted, reply) = await workflows.ChangeAsync(name, row => Task.FromResult(Deleted(row)), cancellationToken);
        if (deleted is not null)
        {
            bell.Ring(deleted.Name);
        }

        return reply;

        (WorkflowRow? Row, IResult Reply) Deleted(WorkflowRow? row) =>
            row is not { DeletedAt: null } ? (null, NotFound(name))
            : new SaveTerms(IfMatch: request.Headers.IfMatch).Objection(row.Latest) is { } objection ? (null, Problems.From(objection))
            : (row with { DeletedAt = clock.GetUtcNow() }, Results.NoContent());
    }

    /// <param name="version">A number or an alias; <see langword="null"/> for the latest.</param>
    public static WorkflowVersion? Pick(WorkflowRow row, string? version) =>
        version is null ? row.Latest
        : int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? row.Find(number)
        : row.HistoryOf(version) is [.., var named] ? row.Find(named)
        : null;

    /// <summary>Whether the caller wants no change that callers of a workflow would notice.</summary>
    public static bool RefusesBreaking(HttpRequest request) =>
        string.Equals(request.Query["breaking"], "refuse", StringComparison.OrdinalIgnoreCase);

    public static QueryParameter BreakingQuery(string description) =>
        QueryParameters.OneOf("breaking", description, "allow", "refuse");

    public static IResult NotFound(string name) => Problems.From(FaultCode.WorkflowNotFound, $"There is no workflow '{name}'.");

    // Nodes that every ComfyUI has, and no model.
    public static JsonNode ExamplePrompt => JsonNode.Parse("""
        {
          "1": {"class_type":"EmptyImage","inputs":{"width":512,"height":512,"batch_size":1,"color":4620980},"_meta":{"title":"Empty Image [canvas]"}},
          "2": {"class_type":"SaveImage","inputs":{"filename_prefix":"canvas","images":["1",0]},"_meta":{"title":"Save Image [picture]"}}
        }
        """)!; // It is no null.

    private static SaveTerms TermsOf(HttpRequest request) => new(
        request.Headers.IfMatch,
        request.Headers.IfNoneMatch,
        RefusesBreaking(request),
        request.Query.IsSet("validateOnly"));

    private IResult Answer(HttpRequest request, SaveReply.Saved saved)
    {
        var latest = saved.Row.Latest;
        var isDry = TermsOf(request).ValidateOnly;
        request.HttpContext.Response.Headers.ETag = latest.ETag;
        var shown = Show(saved.Row, latest, saved.Workflow, saved.Warnings);
        shown["saved"] = !isDry;
        shown["differences"] = JsonSerializer.SerializeToNode(saved.Differences, ServerJson.Options);
        if (ConversionView.Of(saved.Source) is { } conversion)
        {
            shown["conversion"] = JsonSerializer.SerializeToNode(conversion, ServerJson.Options);
        }

        return Json(shown, saved.Created && !isDry ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private JsonObject Show(WorkflowRow row, WorkflowVersion version, Workflow workflow, ImmutableArray<Warning> warnings) => new()
    {
        ["name"] = row.Name,
        ["version"] = version.Version,
        ["etag"] = version.ETag,
        ["createdAt"] = version.CreatedAt,
        ["aliases"] = new JsonObject(row.Aliases.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value[^1]))),
        ["contract"] = JsonSerializer.SerializeToNode(workflow.Contract, ServerJson.Options),
        ["hosts"] = JsonSerializer.SerializeToNode(runnable.Of(row.Name, version, workflow), ServerJson.Options),
        ["warnings"] = JsonSerializer.SerializeToNode(warnings, ServerJson.Options),
        ["requires"] = version.Demands is { } demands
            ? new JsonObject
            {
                ["labels"] = JsonSerializer.SerializeToNode(demands.Labels, ServerJson.Options),
                ["minVramGb"] = Demands.GigabytesOf(demands.MinVramBytes)
            } : null,
        ["settings"] = version.Settings is { } settings
            ? new JsonObject
            {
                ["startWithin"] = settings.StartWithin?.TotalSeconds,
                ["finishWithin"] = settings.FinishWithin?.TotalSeconds,
                ["stripMetadata"] = settings.StripMetadata,
                ["hiddenSeeds"] = JsonSerializer.SerializeToNode(settings.HiddenSeeds, ServerJson.Options)
            } : null,
        ["links"] = LinksOf(row, version),
    };

    private static JsonObject LinksOf(WorkflowRow row, WorkflowVersion version)
    {
        var links = new JsonObject
        {
            ["self"] = Paths.Workflow(row.Name),
            ["version"] = Paths.Version(row.Name, version.Version),
            ["versions"] = $"{Paths.Workflow(row.Name)}/versions",
            ["run"] = Paths.Workflow(row.Name),
        };
        if (version.Graph is not null)
        {
            links["graph"] = $"{Paths.Version(row.Name, version.Version)}?include=graph";
        }

        return links;
    }

    private static IResult Json(JsonObject document, int status = StatusCodes.Status200OK) =>
        Results.Json(document, ServerJson.Options, statusCode: status);
}
