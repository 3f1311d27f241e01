using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>One endpoint of the API: all that is to be known of it, to serve it, to guard it and to describe it.</summary>
/// <param name="Name">What it is called; the Functions trigger that serves it has the same name.</param>
/// <param name="Pattern">Below the root.</param>
/// <param name="Role">What a caller must be to use it.</param>
/// <param name="Summary">A sentence; <see langword="null"/> for pages, which no program calls and no description lists.</param>
public abstract record ApiRoute(string Name, string Verb, string Pattern, Role Role, RouteGroup Group, string? Summary)
{
    /// <summary>What it is called in the description, where generated clients have their methods' names from.</summary>
    public string OperationId { get => field ?? Name; init; }

    /// <summary>The role that one request takes, where that depends on what it is about.</summary>
    public Func<HttpRequest, Role>? RoleOf { get; init; }

    /// <summary>What a value of the path is, where it is more than some text.</summary>
    public ImmutableArray<PathParameter> Path { get; init; } = [];

    /// <summary>Whether examples call a workflow that is saved, so that they can be tried as they are.</summary>
    public bool CallsSaved { get; init; }

    /// <summary>Whether it leads to a page, whose own script reads the query.</summary>
    public bool IsPage { get; init; }

    public ImmutableArray<HeaderParameter> Headers { get; init; } = [];

    /// <summary>The query parameters that it reads. Any other is refused.</summary>
    public ImmutableArray<QueryParameter> Query { get; init; } = [];

    /// <summary>What is wrong with a query beyond what each of its parameters objects to.</summary>
    public Func<IQueryCollection, ImmutableArray<Fault>>? QueryFaults { get; init; }

    /// <summary><see langword="null"/> where it takes none.</summary>
    public ApiBody? Body { get; init; }

    public ImmutableArray<ApiAnswer> Answers { get; init; } = [];

    /// <summary>The statuses of problems that not every endpoint answers.</summary>
    public ImmutableArray<int> Problems { get; init; } = [];

    /// <summary>What its body may be.</summary>
    public BodyKind BodyKind => Body?.Kind ?? BodyKind.None;

    /// <summary>The verbs that it answers: whoever may read something may look first whether it is there.</summary>
    public string[] Verbs => Verb == HttpMethods.Get ? [Verb, HttpMethods.Head] : [Verb];

    /// <summary>The class that has its handler.</summary>
    public abstract Type Endpoints { get; }

    public abstract Task<IResult> AnswerAsync(EndpointSet endpoints, HttpRequest request, CancellationToken cancellationToken);
}

/// <inheritdoc/>
/// <typeparam name="T">The class that has its handler.</typeparam>
public sealed record ApiRoute<T>(
    string Name, string Verb, string Pattern, Role Role, RouteGroup Group, string? Summary,
    Func<T, HttpRequest, CancellationToken, Task<IResult>> Handle) : ApiRoute(Name, Verb, Pattern, Role, Group, Summary)
    where T : IEndpoints
{
    public override Type Endpoints => typeof(T);

    public override Task<IResult> AnswerAsync(EndpointSet endpoints, HttpRequest request, CancellationToken cancellationToken) =>
        Handle(endpoints.Get<T>(), request, cancellationToken);
}

/// <summary>What endpoints are about: the chapters of the description.</summary>
public enum RouteGroup
{
    Runs,
    Workflows,
    Webhooks,
    Hosts,
    Service,
}
