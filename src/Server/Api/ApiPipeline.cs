using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Api;

/// <summary>
/// What every request passes on its way to an endpoint, and the one outer catch: whatever is thrown becomes a problem that tells the caller
/// enough and the world nothing.
/// </summary>
public sealed partial class ApiPipeline(PageGuard pages, AllowedOrigins origins, PublicAddress address, Gate gate, EndpointSet endpoints,
    ProblemLog problems, TimeProvider clock, ILogger<ApiPipeline> logger)
{
    private readonly RepeatedFailures failures = new(clock);

    /// <param name="route">The name of an endpoint in the <see cref="RouteTable"/>.</param>
    public Task<IResult> AnswerAsync(HttpRequest request, string route, CancellationToken cancellationToken) =>
        AnswerAsync(request, RouteTable.ByName[route], cancellationToken);

    public Task<IResult> AnswerAsync(HttpRequest request, ApiRoute route, CancellationToken cancellationToken) => GuardAsync(
        request,
        route.BodyKind,
        async () => await gate.RefusalAsync(request, route.RoleOf?.Invoke(request) ?? route.Role, cancellationToken)
            ?? await MisreadAsync(request, route, cancellationToken)
            ?? await route.AnswerAsync(endpoints, request, cancellationToken),
        cancellationToken);

    /// <summary>
    /// Answers a request for which there is no endpoint: what there is at its path, a browser's question whether it may ask, or that there
    /// is nothing.
    /// </summary>
    public Task<IResult> AnswerElsewhereAsync(HttpRequest request, CancellationToken cancellationToken) =>
        GuardAsync(request, null, () => Task.FromResult(Elsewhere.Answer(request)), cancellationToken);

    /// <summary>For what a host serves beside the API.</summary>
    /// <returns>The answer that turns the request away; <see langword="null"/> lets it in.</returns>
    public async Task<IResult?> RefusalAsync(HttpRequest request, Role needed, CancellationToken cancellationToken)
    {
        var answer = await GuardAsync(request, null,
            async () => await gate.RefusalAsync(request, needed, cancellationToken) ?? Results.Empty, cancellationToken);
        return answer == Results.Empty ? null : answer;
    }

    private async Task<IResult> GuardAsync(HttpRequest request, BodyKind? body, Func<Task<IResult>> answer,
        CancellationToken cancellationToken)
    {
        using var patience = CallPatience.Begin(clock);
        request.Body = new ReceivedBody(request.Body);
        var result = await TryAsync(request, body, answer, cancellationToken);
        problems.Answered(request, result);
        return result;
    }

    private async Task<IResult> TryAsync(HttpRequest request, BodyKind? body, Func<Task<IResult>> answer,
        CancellationToken cancellationToken)
    {
        try
        {
            var refusal = pages.Refusal(request, body);
            address.Apply(request);
            origins.Tell(request.HttpContext);
            return refusal ?? await answer();
        }
        catch (StorageUnavailableException e)
        {
            if (failures.IsToBeSaid(nameof(StorageUnavailable), out var unsaid))
            {
                StorageUnavailable(e.GetBaseException().Message, unsaid);
            }

            return Problems.OfStorage(request.HttpContext.Response, e);
        }
        catch (RowContendedException e)
        {
            return Problems.From(FaultCode.Conflict, $"{e.Message} Try again.");
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problems.From(FaultCode.InputTooLarge, "The body is larger than the server takes.")
                : Problems.From(FaultCode.InvalidRequest, "The request is malformed.");
        }
        catch (ConnectionResetException)
        {
            return Problems.From(FaultCode.InvalidRequest, "The body ended early: the connection was closed.");
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            RequestFailed(request.Method, request.WrittenPath(), TraceIds.Current, e);
            return Problems.From(FaultCode.InternalError, "Something went wrong here. The trace id finds it in the server's log.");
        }
    }

    // What nobody would read is refused, so that nobody believes that it was.
    private static async Task<IResult?> MisreadAsync(HttpRequest request, ApiRoute route, CancellationToken cancellationToken)
    {
        var faults = (route.IsPage ? [] : QueryParameters.Faults(route, request.Query)).AddRange(Preferences.Faults(request));
        if (!faults.IsEmpty)
        {
            return Problems.From(faults);
        }

        return route.Body is null && await EmptyBody.RefusalAsync(request, cancellationToken) is { } refusal ? refusal : null;
    }

    [LoggerMessage(EventIds.StorageUnavailable, LogLevel.Error,
        "Storage did not answer a request: {Reason} Not said since the last time: {Unsaid}.")]
    private partial void StorageUnavailable(string reason, int unsaid);

    [LoggerMessage(EventIds.RequestFailed, LogLevel.Error, "{Method} {Path} failed, trace {TraceId}.")]
    private partial void RequestFailed(string method, string path, string? traceId, Exception exception);
}
