using System.Globalization;
using System.Net.Mime;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Api.Description;

/// <summary>An endpoint as an operation of a description.</summary>
internal static class Operation
{
    /// <param name="example">The workflow that its example calls.</param>
    public static OpenApiOperation Of(ApiRoute route, OpenApiDocument document, WorkflowDescription? example)
    {
        IOpenApiParameter[] parameters =
        [
            .. PathOf(route, example),
            .. route.Headers.AsEnumerable<Parameter>().Concat(route.Query.Where(q => !q.IsPrefix)).Select(p => Show(p, document)),
        ];
        return new()
        {
            OperationId = route.OperationId,
            Tags = new HashSet<OpenApiTagReference> { new($"{route.Group}", document) },
            Summary = route.Summary,
            Parameters = parameters.Length == 0 ? null : parameters,
            RequestBody = route.Body is { } body ? Show(body, document, example) : null,
            Responses = AnswersOf(route, document),
            Security = route.Role is Role.None ? [[]] : null,
        };
    }

    public static OpenApiResponse Written(ApiAnswer answer, OpenApiDocument document) => new()
    {
        Description = answer.Description,
        Content = answer.Content.IsEmpty ? null
            : answer.Content.ToDictionary(c => c.Type, IOpenApiMediaType (c) => new OpenApiMediaType { Schema = c.Shape.In(document) }),
        Headers = answer.Headers.IsEmpty ? null
            : answer.Headers.ToDictionary(h => h.Name,
                IOpenApiHeader (h) => new OpenApiHeader { Description = h.Description, Schema = h.Schema }),
    };

    public static OpenApiParameter Written(Parameter parameter) => new()
    {
        Name = parameter.Name,
        In = parameter switch
        {
            PathParameter => ParameterLocation.Path,
            HeaderParameter => ParameterLocation.Header,
            _ => ParameterLocation.Query,
        },
        Required = parameter.IsRequired,
        Description = parameter is PathParameter ? null : parameter.Description,
        Schema = parameter.Schema,
    };

    /// <summary>Puts an operation to the others of its path.</summary>
    public static void Add(this OpenApiDocument document, string verb, string path, OpenApiOperation operation)
    {
        if (!document.Paths.TryGetValue(path, out var item))
        {
            document.Paths[path] = item = new OpenApiPathItem();
        }

        ((OpenApiPathItem)item).AddOperation(new(verb), operation);
    }

    private static IOpenApiParameter Show(Parameter parameter, OpenApiDocument document) =>
        parameter.IsShared ? new OpenApiParameterReference(parameter.Name, document) : Written(parameter);

    private static IEnumerable<OpenApiParameter> PathOf(ApiRoute route, WorkflowDescription? example)
    {
        foreach (var name in RoutePatternFactory.Parse(route.Pattern).Parameters.Select(p => p.Name))
        {
            var written = Written(route.Path.FirstOrDefault(p => p.Name == name) ?? new(name, Schemas.Text()));
            written.Example = (route.CallsSaved ? name : null) switch
            {
                "name" => example?.Name,
                "version" => example?.Version.ToString(CultureInfo.InvariantCulture),
                _ => null,
            };
            yield return written;
        }
    }

    private static OpenApiRequestBody Show(ApiBody body, OpenApiDocument document, WorkflowDescription? example) => new()
    {
        Description = body.Description,
        Required = body.IsRequired,
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            [MediaTypeNames.Application.Json] = new OpenApiMediaType
            {
                Schema = body.Shape.In(document),
                Example = body.Example?.Invoke(example?.Example() ?? []),
            },
        },
    };

    private static OpenApiResponses AnswersOf(ApiRoute route, OpenApiDocument document)
    {
        var answers = new OpenApiResponses();
        foreach (var answer in route.Answers)
        {
            answers[$"{answer.Status}"] = Written(answer, document);
        }

        foreach (var (status, problem) in ProblemAnswers.Of(route, document))
        {
            answers.TryAdd(status, problem);
        }

        return answers;
    }
}
