using System.Collections.Immutable;
using ComfyFunc.Server.Http;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Api.Description;

/// <summary>The OpenAPI 3.1 document: an operation for each endpoint, and a typed one for each workflow.</summary>
public static class ApiDescription
{
    /// <summary>The whole API.</summary>
    public static OpenApiDocument Of(ImmutableArray<WorkflowDescription> workflows, string server)
    {
        var document = DocumentFrame.Of("ComfyFunc", server);
        AddOperations(document, RouteTable.All, workflows.FirstOrDefault());
        RunEventDescription.AddTo(document);
        foreach (var workflow in workflows)
        {
            WorkflowCall.AddTo(document, workflow);
        }

        return document;
    }

    /// <summary>One workflow, and what is needed to follow its runs.</summary>
    public static OpenApiDocument Of(WorkflowDescription workflow, string server)
    {
        var document = DocumentFrame.Of(workflow.Name, server);
        WorkflowCall.AddTo(document, workflow);
        AddOperations(document, RouteTable.All.Where(r => r.Group is RouteGroup.Runs && !CallsAny(r)), workflow);
        return document;
    }

    private static void AddOperations(OpenApiDocument document, IEnumerable<ApiRoute> routes, WorkflowDescription? example)
    {
        foreach (var route in routes.Where(r => r.Summary is not null))
        {
            document.Add(route.Verb, $"/{route.Pattern}", Operation.Of(route, document, example));
        }
    }

    private static bool CallsAny(ApiRoute route) => route.Pattern.StartsWith(Routes.Workflow, StringComparison.Ordinal);
}
