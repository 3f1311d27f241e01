using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>What went wrong, for programs: the server refused a request or cannot be reached, or a run did not succeed.</summary>
public sealed class ComfyFuncException : Exception
{
    internal ComfyFuncException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>
    /// Keeps its meaning for ever: the server's codes and <c>unreachable</c>, <c>timeout</c>, <c>canceled</c>, <c>invalid_webhook</c>.
    /// </summary>
    public string Code { get; }

    /// <summary>The HTTP status, where the server refused.</summary>
    public HttpStatusCode? Status { get; private init; }

    /// <summary>Every fault of the call and where it is.</summary>
    public ImmutableArray<CallFault> Errors { get; private init; } = [];

    /// <summary>Whether the same call may well succeed later.</summary>
    public bool Retryable { get; internal init; }

    /// <summary>Finds the request in the server's log.</summary>
    public string? TraceId { get; private init; }

    /// <summary>The run that did not succeed.</summary>
    public Run? Run { get; private init; }

    internal static ComfyFuncException Of(Run run) =>
        new(run.Error?.Code ?? run.Status, run.Error?.Message ?? $"Run {run.Id} is {run.Status}.")
        {
            Retryable = run.Error?.Retryable ?? false,
            Run = run,
        };

    internal static ComfyFuncException Unreachable(Exception cause) =>
        new("unreachable", $"The server did not answer: {cause.Message}", cause) { Retryable = true };

    internal static async Task<ComfyFuncException> OfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var problem = Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        ImmutableArray<CallFault> errors = [.. problem.Items("errors").Select(CallFault.Of)];
        return new(problem.Text("code") ?? "unexpected_answer",
            string.Join('\n',
                [problem.Text("detail") ?? $"The server answered {(int)answer.StatusCode}.",
                    .. errors.Select(e => $"{e.Pointer}: {e.Detail}")]))
        {
            Status = answer.StatusCode,
            Errors = errors,
            Retryable = problem.Member("retryable") is { ValueKind: JsonValueKind.True or JsonValueKind.False } said ? said.GetBoolean()
                : answer.StatusCode >= HttpStatusCode.InternalServerError,
            TraceId = problem.Text("traceId"),
        };
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return null; // A gateway's own page.
        }
    }
}

/// <summary>One fault of a call.</summary>
/// <param name="Pointer">RFC 6901, into the body that was sent.</param>
/// <param name="Detail">What is wrong.</param>
/// <param name="Code">Its code, where each has one.</param>
public sealed record CallFault(string? Pointer, string Detail, string? Code = null)
{
    internal static CallFault Of(JsonElement shown) => new(shown.Text("pointer"), shown.Text("detail") ?? "", shown.Text("code"));
}
