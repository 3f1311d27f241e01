using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>
/// A run's events as they happen: by the stream, which is taken up again wherever it is cut, or by asking where there is none.
/// </summary>
internal sealed class RunFollower(ApiConnection connection, string id, bool withPreviews)
{
    // The server says something every 15 s.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan FirstSilence = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int MostFailures = 3;
    private const int PollSeconds = 10;

    private string? last;
    private string status = "";

    public async IAsyncEnumerable<RunEvent> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var failures = 0; failures < MostFailures;)
        {
            await using var heard = ListenAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(heard, cancellationToken) is { } next)
            {
                failures = 0;
                if (next.Event is not { } @event)
                {
                    continue;
                }

                yield return @event;
                if (@event is RunEvent.StatusChanged { Run: not null })
                {
                    yield break;
                }
            }

            failures++;
            await Task.Delay(Pause, cancellationToken);
        }

        await foreach (var @event in AskAsync(cancellationToken))
        {
            yield return @event;
        }
    }

    // Null when the line is cut, or the stream is at its end: both mean to come back.
    private static async Task<Heard?> NextAsync(IAsyncEnumerator<Heard> heard, CancellationToken cancellationToken)
    {
        try
        {
            return await heard.MoveNextAsync() ? heard.Current : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or JsonException
            && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (ComfyFuncException e)
            when (e.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound))
        {
            return null;
        }
    }

    private async IAsyncEnumerable<Heard> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(last is null ? FirstSilence : LongestSilence);
        using var answer = await connection.StreamAsync(
            new(HttpMethod.Get, ApiPaths.Events(id))
            {
                Query = [("previews", withPreviews ? "true" : null)],
                Headers = [("Last-Event-ID", last)]
            }, silence.Token);
        if (answer.StatusCode is HttpStatusCode.NoContent)
        {
            yield return new(Changed(await GetAsync(0, cancellationToken)));
            yield break;
        }

        if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            throw await ComfyFuncException.OfAsync(answer, silence.Token);
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(silence.Token);
        await foreach (var said in SseReader.ReadAsync(stream, silence.Token))
        {
            silence.CancelAfter(LongestSilence);
            last = said?.Id ?? last;
            yield return new(said is null ? null : EventOf(said));
        }
    }

    // Where streams do not come through.
    private async IAsyncEnumerable<RunEvent> AskAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var run = await GetAsync(PollSeconds, cancellationToken);
            if (run.IsDone)
            {
                yield return Changed(run);
                yield break;
            }

            if (run.Status != status)
            {
                status = run.Status;
                yield return new RunEvent.StatusChanged(id, status, run.Json.Text("host"), null);
            }

            if (run.Progress is { } progress)
            {
                yield return new RunEvent.Progressed(id, status, progress);
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private RunEvent? EventOf(SseEvent said)
    {
        var read = JsonSerializer.Deserialize<JsonElement>(said.Data);
        switch (said.Kind)
        {
            case "status":
                status = read.Text("status") ?? status;
                return new RunEvent.StatusChanged(id, status, read.Text("host"), Run.HasEnded(status) ? new Run(connection, read) : null);
            case "progress":
                return new RunEvent.Progressed(id, status, RunProgress.Of(read));
            case "preview":
                return new RunEvent.Previewed(id, status, read.Text("contentType") ?? "",
                    read.Member("base64")?.GetBytesFromBase64() ?? []);
            default:
                return null; // Of a later release.
        }
    }

    private async Task<Run> GetAsync(int seconds, CancellationToken cancellationToken) => new(
        connection,
        await connection.JsonAsync(
            new ApiRequest(HttpMethod.Get, ApiPaths.Run(id)) { Headers = [("Prefer", seconds > 0 ? $"wait={seconds}" : null)] },
            cancellationToken));

    private RunEvent.StatusChanged Changed(Run run) => new(id, status = run.Status, run.Json.Text("host"), run.IsDone ? run : null);

    private readonly record struct Heard(RunEvent? Event);
}
