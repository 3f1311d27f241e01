using System.Collections.Frozen;
using System.Collections.Immutable;
using ComfyFunc.Server.Api.Description;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Usage;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Server.Workflows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Known = ComfyFunc.Server.Http.QueryParameters;

namespace ComfyFunc.Server.Api;

/// <summary>Every endpoint of the API: its name, its verb, its path, what it reads, and the handler that answers.</summary>
public static class RouteTable
{
    public static ImmutableArray<ApiRoute> All { get; } =
    [
        Route<WorkflowEndpoints>("ListWorkflows", "GET", Routes.Workflows, (e, r, ct) => e.ListAsync(r, ct), query: Known.Page),
        Route<WorkflowEndpoints>("PutWorkflow", "PUT", Routes.Workflow, (e, r, ct) => e.PutAsync(r, Value(r, "name"), ct), BodyKind.Json,
            query: [Known.Breaking]),
        Route<WorkflowEndpoints>("GetWorkflow", "GET", Routes.Workflow, (e, r, ct) => e.GetAsync(r, Value(r, "name"), null, ct),
            query: [Known.Include]),
        Route<WorkflowEndpoints>("DeleteWorkflow", "DELETE", Routes.Workflow, (e, r, ct) => e.DeleteAsync(r, Value(r, "name"), ct)),
        Route<WorkflowEndpoints>("ListVersions", "GET", Routes.Versions, (e, r, ct) => e.VersionsAsync(Value(r, "name"), ct)),
        Route<WorkflowEndpoints>("GetVersion", "GET", Routes.Version,
            (e, r, ct) => e.GetAsync(r, Value(r, "name"), Value(r, "version"), ct), query: [Known.Include]),
        Route<CallEndpoints>("RunWorkflow", "POST", Routes.Workflow, (e, r, ct) => e.SubmitAsync(r, Value(r, "name"), null, ct),
            BodyKind.JsonOrForm, query: Known.Call),
        Route<CallEndpoints>("RunWorkflowVersion", "POST", Routes.Version,
            (e, r, ct) => e.SubmitAsync(r, Value(r, "name"), Value(r, "version"), ct), BodyKind.JsonOrForm, query: Known.Call),
        Route<RunEndpoints>("ListRuns", "GET", Routes.Runs, (e, r, ct) => e.ListAsync(r, ct),
            query: [.. Known.Page, Known.Text("workflow"), Known.Text("status"), Known.Text("batch"), Known.Text("client"),
                Known.Text("createdAfter"), Known.Text("createdBefore"), Known.OneOf("include", "inputs"), Known.Metadata]),
        Route<RunEndpoints>("GetRun", "GET", Routes.Run, (e, r, ct) => e.GetAsync(r, Value(r, "id"), ct),
            query: [Known.Output, .. Known.Rendition]),
        Route<RunEndpoints>("DeleteRun", "DELETE", Routes.Run, (e, r, ct) => e.DeleteAsync(r, Value(r, "id"), ct)),
        Route<RunEndpoints>("GetRunStatus", "GET", Routes.RunStatus, (e, r, ct) => e.StatusAsync(r, Value(r, "id"), ct)),
        Route<RunEndpoints>("FollowRun", "GET", Routes.RunEvents, (e, r, ct) => e.EventsAsync(r, Value(r, "id"), ct),
            query: [Known.Flag("previews")]),
        Route<CallEndpoints>("RetryRun", "POST", Routes.RunRetry, (e, r, ct) => e.RetryAsync(r, Value(r, "id"), ct)),
        Route<RunEndpoints>("CancelRun", "POST", Routes.RunCancel, (e, r, ct) => e.CancelAsync(r, Value(r, "id"), ct)),
        Route<LinkEndpoints>("GetRunByLink", "GET", Routes.RunLink, (e, r, ct) => e.RunAsync(r, Value(r, "id"), ct),
            query: [Known.Signature]),
        Route<LinkEndpoints>("GetRunStatusByLink", "GET", Routes.RunStatusLink, (e, r, ct) => e.StatusAsync(r, Value(r, "id"), ct),
            query: [Known.Signature]),
        Route<LinkEndpoints>("CancelRunByLink", "POST", Routes.RunCancelLink, (e, r, ct) => e.CancelAsync(r, Value(r, "id"), ct),
            query: [Known.Signature]),
        Route<OutputEndpoints>("GetRunOutputs", "GET", Routes.RunOutputs, (e, r, ct) => e.ListAsync(r, Value(r, "id"), ct),
            query: [Known.OneOf("bundle", "zip"), Known.Output, .. Known.Rendition]),
        Route<OutputEndpoints>("GetRunOutput", "GET", Routes.RunOutput,
            (e, r, ct) => e.GetAsync(r, Value(r, "id"), Value(r, "tag"), Value(r, "n"), ct), query: Known.Rendition),
        Route<WebhookEndpoints>("ListDeliveries", "GET", Routes.RunDeliveries, (e, r, ct) => e.DeliveriesAsync(r, Value(r, "id"), ct)),
        Route<WebhookEndpoints>("ListWebhooks", "GET", Routes.Webhooks, (e, _, ct) => e.ListAsync(ct)),
        Route<WebhookEndpoints>("GetWebhook", "GET", Routes.Webhook, (e, r, ct) => e.GetAsync(Value(r, "id"), ct)),
        Route<WebhookEndpoints>("PutWebhook", "PUT", Routes.Webhook, (e, r, ct) => e.PutAsync(r, Value(r, "id"), ct), BodyKind.Json),
        Route<WebhookEndpoints>("DeleteWebhook", "DELETE", Routes.Webhook, (e, r, ct) => e.DeleteAsync(Value(r, "id"), ct)),
        Route<WebhookEndpoints>("GetWebhookSecret", "GET", Routes.WebhookSecret, (e, r, ct) => e.SecretAsync(r, Value(r, "id"), ct)),
        Route<WebhookEndpoints>("RotateWebhookSecret", "POST", Routes.WebhookRotate, (e, r, ct) => e.RotateAsync(r, Value(r, "id"), ct)),
        Route<AliasEndpoints>("PutAlias", "PUT", Routes.Alias, (e, r, ct) => e.PutAsync(r, Value(r, "name"), Value(r, "alias"), ct),
            BodyKind.Json, query: [Known.Breaking]),
        Route<AliasEndpoints>("DeleteAlias", "DELETE", Routes.Alias, (e, r, ct) => e.DeleteAsync(Value(r, "name"), Value(r, "alias"), ct)),
        Route<AliasEndpoints>("RollbackAlias", "POST", Routes.AliasRollback,
            (e, r, ct) => e.RollbackAsync(r, Value(r, "name"), Value(r, "alias"), ct), query: [Known.Breaking]),
        Route<BatchEndpoints>("RunBatch", "POST", Routes.WorkflowBatches, (e, r, ct) => e.SubmitAsync(r, Value(r, "name"), null, ct),
            BodyKind.Json, query: Known.Demand),
        Route<BatchEndpoints>("RunVersionBatch", "POST", Routes.VersionBatches,
            (e, r, ct) => e.SubmitAsync(r, Value(r, "name"), Value(r, "version"), ct), BodyKind.Json, query: Known.Demand),
        Route<BatchEndpoints>("ListBatches", "GET", Routes.Batches, (e, r, ct) => e.ListAsync(r, ct),
            query: [.. Known.Page, Known.Text("workflow"), Known.Text("status"), Known.Text("client")]),
        Route<BatchResultEndpoints>("GetBatchOutputs", "GET", Routes.BatchOutputs, (e, r, ct) => e.OutputsAsync(r, Value(r, "id"), ct),
            query: [Known.OneOf("bundle", "zip"), .. Known.Rendition]),
        Route<BatchResultEndpoints>("GetBatchTable", "GET", Routes.BatchTable, (e, r, ct) => e.TableAsync(r, Value(r, "id"), ct)),
        Route<BatchEndpoints>("GetBatch", "GET", Routes.Batch, (e, r, ct) => e.GetAsync(r, Value(r, "id"), ct)),
        Route<BatchEndpoints>("CancelBatch", "POST", Routes.BatchCancel, (e, r, ct) => e.CancelAsync(r, Value(r, "id"), ct)),
        Route<UploadEndpoints>("CreateUpload", "POST", Routes.Uploads, (e, r, ct) => e.CreateAsync(r, ct)),
        Route<HostEndpoints>("ListHosts", "GET", Routes.Hosts, (e, _, ct) => e.ListAsync(ct)),
        Route<HostEndpoints>("GetHost", "GET", Routes.Host, (e, r, ct) => e.GetAsync(Value(r, "id"), ct)),
        Route<HostEndpoints>("PutHost", "PUT", Routes.Host, (e, r, ct) => e.PutAsync(r, Value(r, "id"), ct), BodyKind.Json),
        Route<HostEndpoints>("DeleteHost", "DELETE", Routes.Host, (e, r, ct) => e.DeleteAsync(r, Value(r, "id"), ct),
            query: [Known.Flag("force")]),
        Route<HostEndpoints>("DrainHost", "POST", Routes.HostDrain, (e, r, ct) => e.DrainAsync(Value(r, "id"), ct)),
        Route<HostEndpoints>("ResumeHost", "POST", Routes.HostResume, (e, r, ct) => e.ResumeAsync(Value(r, "id"), ct)),
        Route<HostEndpoints>("HostHeartbeat", "POST", Routes.HostHeartbeat,
            (e, r, ct) => e.HeartbeatAsync(r, Value(r, "id"), ct), BodyKind.Json),
        Route<KeyEndpoints>("ListKeys", "GET", Routes.Keys, (e, _, ct) => e.ListAsync(ct)),
        Route<KeyEndpoints>("CreateKey", "POST", Routes.Keys, (e, r, ct) => e.CreateAsync(r, ct), BodyKind.Json),
        Route<KeyEndpoints>("DeleteKey", "DELETE", Routes.Key, (e, r, ct) => e.DeleteAsync(Value(r, "id"), ct)),
        Route<UsageEndpoints>("GetUsage", "GET", Routes.Usage, (e, r, ct) => e.GetAsync(r, ct),
            query: [Known.Text("from"), Known.Text("to"), Known.Text("client")]),
        Route<PoolEndpoints>("GetPool", "GET", Routes.Pool, (e, _, ct) => e.GetAsync(ct)),
        Route<DescriptionEndpoints>("Describe", "GET", Routes.OpenApi, (e, r, ct) => e.AllAsync(r, ct)),
        Route<DescriptionEndpoints>("DescribeWorkflow", "GET", Routes.WorkflowOpenApi, (e, r, ct) => e.OneAsync(r, Value(r, "name"), ct)),
        Route<DescriptionEndpoints>("ShowDocs", "GET", Routes.Docs, (_, r, _) => DescriptionEndpoints.PageAsync(r)),
        Route<DescriptionEndpoints>("GetDocsScript", "GET", Routes.DocsScript, (_, r, _) => DescriptionEndpoints.ScriptAsync(r)),
        Route<HealthEndpoints>("Health", "GET", Routes.Health, (_, _, _) => HealthEndpoints.HealthAsync()),
        Route<HealthEndpoints>("Ready", "GET", Routes.Ready, (e, r, ct) => e.ReadyAsync(r, ct), query: [Known.Flag("details")]),
        Route<HealthEndpoints>("ReadyDetails", "GET", Routes.ReadyDetails, (e, _, ct) => e.DetailsAsync(ct)),
    ];

    /// <summary>The endpoint of a name: Functions triggers are called as the endpoints that they serve.</summary>
    public static FrozenDictionary<string, ApiRoute> ByName { get; } = All.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);

    /// <summary>Maps the whole API onto a web application, and what is to be said where there is nothing.</summary>
    public static IEndpointRouteBuilder MapComfyFunc(this IEndpointRouteBuilder endpoints)
    {
        foreach (var route in All)
        {
            endpoints.MapMethods($"/api/{route.Pattern}", route.Verbs, (Delegate)((HttpContext context) =>
                context.RequestServices.GetRequiredService<ApiPipeline>().AnswerAsync(context.Request, route, context.RequestAborted)));
        }

        endpoints.MapFallback("{*path}",
            (Delegate)((HttpContext context) => context.RequestServices.GetRequiredService<ApiPipeline>()
                .AnswerElsewhereAsync(context.Request, context.RequestAborted)));
        return endpoints;
    }

    private static ApiRoute Route<T>(
        string name, string verb, string pattern, Func<T, HttpRequest, CancellationToken, Task<IResult>> handle,
        BodyKind body = BodyKind.None, ImmutableArray<QueryParameter> query = default) where T : notnull =>
        new(name, verb, pattern, typeof(T),
            (request, ct) => handle(request.HttpContext.RequestServices.GetRequiredService<T>(), request, ct))
        {
            Body = body,
            Query = query.IsDefault ? [] : query,
        };

    private static string Value(HttpRequest request, string name) => (string)request.RouteValues[name]!; // The pattern has it.
}
