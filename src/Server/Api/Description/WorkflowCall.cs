using System.Net.Mime;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Http;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Api.Description;

/// <summary>The operation that calls one workflow, with its types.</summary>
internal static class WorkflowCall
{
    // Generators make a type for each of these for each workflow: only those that a program does something about.
    private static readonly string[] Problems = ["400", "429", "503", "default"];

    private static readonly AnswerHeader AsyncOperation = new("Azure-AsyncOperation", "The status URL.", Schemas.Link());

    /// <summary>Its concrete path goes before the template that it matches.</summary>
    public static void AddTo(OpenApiDocument document, WorkflowDescription workflow)
    {
        var (input, outputs, run) = ($"{workflow.Id}Input", $"{workflow.Id}Outputs", $"{workflow.Id}Run");
        document.AddComponent(input, workflow.Input(document));
        document.AddComponent(outputs, workflow.Outputs(document));
        document.AddComponent(run, CommonSchemas.RunSchema(document, new OpenApiSchemaReference(outputs, document)));
        document.Add("POST", Paths.Workflow(workflow.Name), new()
        {
            OperationId = $"Run{workflow.Id}",
            Tags = new HashSet<OpenApiTagReference> { new(DocumentFrame.Saved, document) },
            Summary = $"Runs '{workflow.Name}', now version {workflow.Version}.",
            Parameters = [
                .. CallTerms.Headers.AsEnumerable<Parameter>().Concat(CallTerms.Query)
                    .Select(p => new OpenApiParameterReference(p.Name, document)),
            ],
            RequestBody = new OpenApiRequestBody
            {
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [MediaTypeNames.Application.Json] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference(input, document),
                        Example = workflow.Example(),
                    },
                },
            },
            Responses = Answers(document, run),
        });
    }

    private static OpenApiResponses Answers(OpenApiDocument document, string run)
    {
        var answers = new OpenApiResponses();
        foreach (var answer in CallTerms.Started(run))
        {
            answers[$"{answer.Status}"] = Operation.Written(
                answer.Headers.IsEmpty ? answer : answer with { Headers = answer.Headers.Insert(2, AsyncOperation) }, document);
        }

        foreach (var (status, problem) in ProblemAnswers.Of(Problems, document))
        {
            answers[status] = problem;
        }

        return answers;
    }
}
