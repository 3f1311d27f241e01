using ComfyFunc.Adapters;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Http;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Api.Description;

/// <summary>
/// What every description has around its operations: chapters, what is said once for many, how callers prove who they are.
/// </summary>
internal static class DocumentFrame
{
    /// <summary>The chapter of the workflows' own operations.</summary>
    public const string Saved = "Saved workflows";

    public static OpenApiDocument Of(string title, string server)
    {
        var document = new OpenApiDocument
        {
            Info = new()
            {
                Title = title,
                Version = Product.Version,
                Description = "Saved ComfyUI workflows as HTTP endpoints.",
                License = new() { Name = "MIT", Identifier = "MIT" },
            },
            Servers = [new() { Url = server }],
            Paths = [],
            Components = new(),
            Tags = new HashSet<OpenApiTag>([
                Chapter(Saved,
                    "A call for every saved workflow, with its types. As multipart/form-data: the JSON in a part 'input', files in "
                    + "parts named tag.input."),
                .. Enum.GetValues<RouteGroup>().Select(g => Chapter($"{g}", WordsOf(g))),
            ]),
        };
        CommonSchemas.AddTo(document);
        AddViews(document);
        foreach (var parameter in CallTerms.Headers.AsEnumerable<Parameter>().Concat(CallTerms.Query))
        {
            document.AddComponent(parameter.Name, Operation.Written(parameter));
        }

        ProblemAnswers.AddTo(document);
        AddSecurity(document);
        return document;
    }

    private static OpenApiTag Chapter(string name, string description) => new() { Name = name, Description = description };

    private static string WordsOf(RouteGroup group) => group switch
    {
        RouteGroup.Runs => "Calls of any workflow, and what follows them.",
        RouteGroup.Workflows => "What can be called: saved, listed, shown.",
        RouteGroup.Webhooks => "Who is told of runs.",
        RouteGroup.Hosts => "The ComfyUI servers that run them.",
        _ => "Keys, usage, health and this document.",
    };

    // A view becomes a component where it is asked for.
    private static void AddViews(OpenApiDocument document)
    {
        foreach (var content in RouteTable.All.SelectMany(r => r.Answers).SelectMany(a => a.Content))
        {
            content.Shape.In(document);
        }
    }

    private static void AddSecurity(OpenApiDocument document)
    {
        document.AddComponent<IOpenApiSecurityScheme>("functionKey", new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "x-functions-key",
            Description = "On Azure: a key of the function app. It may also be the query's code.",
        });
        document.AddComponent<IOpenApiSecurityScheme>("apiKey", new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A caller's key, where callers are told apart. X-Api-Key takes it too.",
        });
        document.Security = [[], new() { [new("apiKey", document)] = [] }, new() { [new("functionKey", document)] = [] }];
    }
}
