using System.Collections.Immutable;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Api;

/// <summary>One endpoint of the API.</summary>
/// <param name="Name">What it is called; the Functions trigger that serves it has the same name.</param>
/// <param name="Pattern">Below <c>/api</c>.</param>
public sealed record ApiRoute(string Name, string Verb, string Pattern, Type Endpoints,
    Func<HttpRequest, CancellationToken, Task<IResult>> Handle)
{
    /// <summary>What its body may be.</summary>
    public BodyKind Body { get; init; } = BodyKind.None;

    /// <summary>The query parameters that it reads. Any other is refused.</summary>
    public ImmutableArray<QueryParameter> Query { get; init; } = [];

    /// <summary>The verbs that it answers: whoever may read something may look first whether it is there.</summary>
    public string[] Verbs => Verb == HttpMethods.Get ? [Verb, HttpMethods.Head] : [Verb];
}

/// <summary>What a request's body may be.</summary>
public enum BodyKind
{
    None,

    Json,

    /// <summary>JSON, or multipart/form-data.</summary>
    JsonOrForm,
}
