using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Webhooks;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Calls;

/// <summary>What calls have in common: what they may say beside their bodies, and how they are answered.</summary>
internal static class CallTerms
{
    private const string Prefer = "wait=n answers when the run has ended, after 220 s at most; respond-async at once";

    private static readonly AnswerHeader Location = new("Location", "The status URL.", Schemas.Link());
    private static readonly AnswerHeader OperationLocation = Location with { Name = "Operation-Location" };
    private static readonly AnswerHeader RetryAfter = new("Retry-After", "Seconds.", Schemas.Integer());

    /// <summary>The headers of a call that is answered with a run.</summary>
    public static ImmutableArray<HeaderParameter> Headers { get; } =
    [
        .. Shared<HeaderParameter>(
            new(Preferences.Header, $"{Prefer}."),
            new("Idempotency-Key", "A call that is sent again with its key makes no second run."),
            new("Cache-Control", "no-cache runs the call even if an earlier result would do.")),
    ];

    /// <summary>What a call asks of the pool, and who is to be told.</summary>
    public static ImmutableArray<QueryParameter> Demands { get; } = Shared<QueryParameter>([.. Call.Query, .. WebhookWishes.Query]);

    /// <summary>The query of a call that is answered with a run.</summary>
    public static ImmutableArray<QueryParameter> Query { get; } =
        [.. Shared<QueryParameter>([Preferences.OutputQuery, .. Rendition.Query]), .. Demands];

    /// <summary>What is wrong with the query of a call that is answered with a run.</summary>
    public static ImmutableArray<Fault> FaultsOf(IQueryCollection query) => [.. Call.FaultsOf(query), .. Rendition.FaultsOf(query)];

    /// <summary>The headers of a call that may be answered with something else.</summary>
    public static ImmutableArray<HeaderParameter> AnyHeaders { get; } =
    [
        new(Preferences.Header, $"{Prefer}; return=minimal with the outputs alone."),
        .. Headers.Where(h => h.Name != Preferences.Header),
    ];

    /// <inheritdoc cref="AnyHeaders"/>
    public static ImmutableArray<QueryParameter> AnyQuery { get; } =
        [.. Query, QueryParameters.Flag("validateOnly", "true explains the call and makes no run.")];

    /// <summary>The body of a call of a workflow that is not known before.</summary>
    public static ApiBody AnyBody { get; } = new(Shape.Object, BodyKind.JsonOrForm)
    {
        Description = "Values by tag.",
        IsRequired = false,
        Example = call => call,
    };

    /// <summary>A run, or what else was asked for; the answer's content type says which.</summary>
    public static ImmutableArray<ApiAnswer> AnyAnswers { get; } =
    [
        .. Started(SchemaNames.Run).Select(a => a.Status != 200 ? a : a with
        {
            Content = [
                .. a.Content, new(AnswerTypes.Explanation, SchemaNames.Explanation), new(AnswerTypes.Minimal, SchemaNames.OutputsByTag),
            ],
        }),
    ];

    public static ImmutableArray<int> Problems { get; } = [404, 413, 422, 429];

    /// <param name="run">What its run looks like.</param>
    public static ImmutableArray<ApiAnswer> Started(Shape run) =>
    [
        new(200, "The run has ended, one way or the other; see its status.", run),
        new(202, "The run has been accepted.", run) { Headers = [Location, OperationLocation, RetryAfter] },
    ];

    private static ImmutableArray<T> Shared<T>(params ImmutableArray<T> parameters) where T : Parameter =>
        [.. parameters.Select(p => p with { IsShared = true })];
}
