using System.Collections.Immutable;
using System.Net.Mime;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Api.Description;

/// <summary>How requests are answered with which something is wrong, by status. What it was, the answer's code says.</summary>
internal static class ProblemAnswers
{
    private const string Otherwise = "default";
    private const string UnreadKind = "415";

    private static readonly ImmutableArray<string> OfEvery = ["400", "401", "403", "421", "503", Otherwise];

    private static readonly (string Status, string Name, string Reason)[] All =
    [
        ("400", "Malformed", "The request does not fit; errors says where."),
        ("401", "Unknown", "The caller is not known."),
        ("403", "Forbidden", "The caller may not do this."),
        ("421", "Misdirected", "The request was for another server."),
        ("503", "Unavailable", "Not at the moment; see code and Retry-After."),
        (Otherwise, "Otherwise", "What else can go wrong."),
        ("404", "NotFound", "There is no such thing."),
        ("409", "Conflict", "Its state does not allow it."),
        ("412", "Changed", "It has changed meanwhile."),
        ("413", "TooLarge", "Something is larger than allowed."),
        (UnreadKind, "UnreadKind", "The body is of a kind that is not read here."),
        ("422", "Unusable", "The content cannot be used."),
        ("429", "RateLimited", "The client has had its share; see Retry-After."),
    ];

    public static void AddTo(OpenApiDocument document)
    {
        foreach (var (_, name, reason) in All)
        {
            document.AddComponent<IOpenApiResponse>(name, new OpenApiResponse
            {
                Description = reason,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [MediaTypeNames.Application.ProblemJson] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference(SchemaNames.Problem, document),
                    },
                },
            });
        }
    }

    public static IEnumerable<(string Status, IOpenApiResponse Answer)> Of(ApiRoute route, OpenApiDocument document)
    {
        var own = route.Problems.Select(p => $"{p}").Union(OfEvery).Order(StringComparer.Ordinal);
        return Of(route.Verb == HttpMethods.Get ? own : own.Append(UnreadKind), document);
    }

    public static IEnumerable<(string Status, IOpenApiResponse Answer)> Of(IEnumerable<string> statuses, OpenApiDocument document) =>
        statuses.Select(s => (s, (IOpenApiResponse)new OpenApiResponseReference(All.Single(p => p.Status == s).Name, document)));
}
