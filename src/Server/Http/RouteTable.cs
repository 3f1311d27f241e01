using System.Collections.Immutable;
using ComfyFunc.Batches;
using ComfyFunc.Callers;
using ComfyFunc.Description;
using ComfyFunc.Outputs;
using ComfyFunc.Pool;
using ComfyFunc.Runs;
using ComfyFunc.Usage;
using ComfyFunc.Webhooks;
using ComfyFunc.Workflows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc;

/// <summary>Every endpoint of the API: its verb, its path, and the handler that answers.</summary>
public static class RouteTable
{
    public static ImmutableArray<ApiRoute> All { get; } =
    [
        Route<WorkflowEndpoints>("GET", Routes.Workflows, (e, r, ct) => e.ListAsync(r, ct)),
        Route<WorkflowEndpoints>("PUT", Routes.Workflow, (e, r, ct) => e.PutAsync(r, Value(r, "name"), ct)),
        Route<WorkflowEndpoints>("GET", Routes.Workflow, (e, r, ct) => e.GetAsync(r, Value(r, "name"), null, ct)),
        Route<WorkflowEndpoints>("DELETE", Routes.Workflow, (e, r, ct) => e.DeleteAsync(r, Value(r, "name"), ct)),
        Route<WorkflowEndpoints>("GET", Routes.Versions, (e, r, ct) => e.VersionsAsync(Value(r, "name"), ct)),
        Route<WorkflowEndpoints>("GET", Routes.Version, (e, r, ct) => e.GetAsync(r, Value(r, "name"), Value(r, "version"), ct)),
        Route<CallEndpoints>("POST", Routes.Workflow, (e, r, ct) => e.SubmitAsync(r, Value(r, "name"), null, ct)),
        Route<CallEndpoints>("POST", Routes.Version, (e, r, ct) => e.SubmitAsync(r, Value(r, "name"), Value(r, "version"), ct)),
        Route<RunEndpoints>("GET", Routes.Runs, (e, r, ct) => e.ListAsync(r, ct)),
        Route<RunEndpoints>("GET", Routes.Run, (e, r, ct) => e.GetAsync(r, Value(r, "id"), ct)),
        Route<RunEndpoints>("DELETE", Routes.Run, (e, r, ct) => e.DeleteAsync(r, Value(r, "id"), ct)),
        Route<RunEndpoints>("GET", Routes.RunStatus, (e, r, ct) => e.StatusAsync(r, Value(r, "id"), ct)),
        Route<RunEndpoints>("GET", Routes.RunEvents, (e, r, ct) => e.EventsAsync(r, Value(r, "id"), ct)),
        Route<CallEndpoints>("POST", Routes.RunRetry, (e, r, ct) => e.RetryAsync(r, Value(r, "id"), ct)),
        Route<RunEndpoints>("POST", Routes.RunCancel, (e, r, ct) => e.CancelAsync(r, Value(r, "id"), ct)),
        Route<LinkEndpoints>("GET", Routes.RunLink, (e, r, ct) => e.RunAsync(r, Value(r, "id"), ct)),
        Route<LinkEndpoints>("GET", Routes.RunStatusLink, (e, r, ct) => e.StatusAsync(r, Value(r, "id"), ct)),
        Route<LinkEndpoints>("POST", Routes.RunCancelLink, (e, r, ct) => e.CancelAsync(r, Value(r, "id"), ct)),
        Route<OutputEndpoints>("GET", Routes.RunOutputs, (e, r, ct) => e.ListAsync(r, Value(r, "id"), ct)),
        Route<OutputEndpoints>("GET", Routes.RunOutput, (e, r, ct) => e.GetAsync(r, Value(r, "id"), Value(r, "tag"), Value(r, "n"), ct)),
        Route<WebhookEndpoints>("GET", Routes.RunDeliveries, (e, r, ct) => e.DeliveriesAsync(r, Value(r, "id"), ct)),
        Route<WebhookEndpoints>("GET", Routes.Webhooks, (e, _, ct) => e.ListAsync(ct)),
        Route<WebhookEndpoints>("GET", Routes.Webhook, (e, r, ct) => e.GetAsync(Value(r, "id"), ct)),
        Route<WebhookEndpoints>("PUT", Routes.Webhook, (e, r, ct) => e.PutAsync(r, Value(r, "id"), ct)),
        Route<WebhookEndpoints>("DELETE", Routes.Webhook, (e, r, ct) => e.DeleteAsync(Value(r, "id"), ct)),
        Route<WebhookEndpoints>("GET", Routes.WebhookSecret, (e, r, ct) => e.SecretAsync(r, Value(r, "id"), ct)),
        Route<WebhookEndpoints>("POST", Routes.WebhookRotate, (e, r, ct) => e.RotateAsync(r, Value(r, "id"), ct)),
        Route<AliasEndpoints>("PUT", Routes.Alias, (e, r, ct) => e.PutAsync(r, Value(r, "name"), Value(r, "alias"), ct)),
        Route<AliasEndpoints>("DELETE", Routes.Alias, (e, r, ct) => e.DeleteAsync(Value(r, "name"), Value(r, "alias"), ct)),
        Route<AliasEndpoints>("POST", Routes.AliasRollback, (e, r, ct) => e.RollbackAsync(r, Value(r, "name"), Value(r, "alias"), ct)),
        Route<BatchEndpoints>("POST", Routes.WorkflowBatches, (e, r, ct) => e.SubmitAsync(r, Value(r, "name"), ct)),
        Route<BatchEndpoints>("GET", Routes.Batch, (e, r, ct) => e.GetAsync(r, Value(r, "id"), ct)),
        Route<BatchEndpoints>("POST", Routes.BatchCancel, (e, r, ct) => e.CancelAsync(r, Value(r, "id"), ct)),
        Route<UploadEndpoints>("POST", Routes.Uploads, (e, r, ct) => e.CreateAsync(r, ct)),
        Route<HostEndpoints>("GET", Routes.Hosts, (e, _, ct) => e.ListAsync(ct)),
        Route<HostEndpoints>("GET", Routes.Host, (e, r, ct) => e.GetAsync(Value(r, "id"), ct)),
        Route<HostEndpoints>("PUT", Routes.Host, (e, r, ct) => e.PutAsync(r, Value(r, "id"), ct)),
        Route<HostEndpoints>("DELETE", Routes.Host, (e, r, ct) => e.DeleteAsync(r, Value(r, "id"), ct)),
        Route<HostEndpoints>("POST", Routes.HostDrain, (e, r, ct) => e.DrainAsync(Value(r, "id"), ct)),
        Route<HostEndpoints>("POST", Routes.HostResume, (e, r, ct) => e.ResumeAsync(Value(r, "id"), ct)),
        Route<HostEndpoints>("POST", Routes.HostHeartbeat, (e, r, ct) => e.HeartbeatAsync(r, Value(r, "id"), ct)),
        Route<KeyEndpoints>("GET", Routes.Keys, (e, _, ct) => e.ListAsync(ct)),
        Route<KeyEndpoints>("POST", Routes.Keys, (e, r, ct) => e.CreateAsync(r, ct)),
        Route<KeyEndpoints>("DELETE", Routes.Key, (e, r, ct) => e.DeleteAsync(Value(r, "id"), ct)),
        Route<UsageEndpoints>("GET", Routes.Usage, (e, r, ct) => e.GetAsync(r, ct)),
        Route<PoolEndpoints>("GET", Routes.Pool, (e, _, ct) => e.GetAsync(ct)),
        Route<DescriptionEndpoints>("GET", Routes.OpenApi, (e, r, ct) => e.AllAsync(r, ct)),
        Route<DescriptionEndpoints>("GET", Routes.WorkflowOpenApi, (e, r, ct) => e.OneAsync(r, Value(r, "name"), ct)),
        Route<DescriptionEndpoints>("GET", Routes.Docs, (_, r, _) => DescriptionEndpoints.PageAsync(r)),
        Route<DescriptionEndpoints>("GET", Routes.DocsScript, (_, r, _) => DescriptionEndpoints.ScriptAsync(r)),
        Route<HealthEndpoints>("GET", Routes.Health, (_, _, _) => HealthEndpoints.HealthAsync()),
        Route<HealthEndpoints>("GET", Routes.Ready, (e, r, ct) => e.ReadyAsync(r, ct)),
        Route<HealthEndpoints>("GET", Routes.ReadyDetails, (e, _, ct) => e.DetailsAsync(ct)),
    ];

    /// <summary>Maps the whole API onto a web application.</summary>
    public static IEndpointRouteBuilder MapComfyFunc(this IEndpointRouteBuilder endpoints)
    {
        foreach (var route in All)
        {
            endpoints.MapMethods($"/api/{route.Pattern}", VerbsOf(route), (Delegate)((HttpContext context) =>
                context.RequestServices.GetRequiredService<Api>().AnswerAsync(context.Request, () => route.Handle(context.Request, context.RequestAborted), context.RequestAborted)));
        }

        return endpoints;
    }

    // Who was given a link may look first whether it leads anywhere.
    private static string[] VerbsOf(ApiRoute route) => route.Pattern is Routes.RunStatusLink ? [route.Verb, "HEAD"] : [route.Verb];

    private static ApiRoute Route<T>(string verb, string pattern, Func<T, HttpRequest, CancellationToken, Task<IResult>> handle) where T : notnull =>
        new(verb, pattern, typeof(T), (request, ct) => handle(request.HttpContext.RequestServices.GetRequiredService<T>(), request, ct));

    private static string Value(HttpRequest request, string name) => (string)request.RouteValues[name]!; // The pattern has it.
}

/// <summary>One endpoint. The pattern is below <c>/api</c>.</summary>
public sealed record ApiRoute(string Verb, string Pattern, Type Endpoints, Func<HttpRequest, CancellationToken, Task<IResult>> Handle);
