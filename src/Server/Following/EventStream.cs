using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>
/// What a caller may see of what changes, as it is seen (Server-Sent Events). It has no ids and repeats nothing: whoever comes back reads
/// the listings, and the first bytes go out when what comes later is known to be told, or that storage keeps it from being known.
/// </summary>
public sealed class EventStream(EventFeed feed, RunResource resource, QueueLooks queue, TimeProvider clock)
{
    public IResult Follow(Caller caller, RunView view) =>
        new StreamedAnswer((response, aborted) => WriteAsync(response, caller, view, aborted));

    private async Task WriteAsync(HttpResponse response, Caller caller, RunView view, CancellationToken aborted)
    {
        using var follower = feed.Follow(caller.Role is Role.Admin);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted, follower.Gone);
        try
        {
            await WriteAsync(response, follower, caller, view, over.Token);
        }
        catch (OperationCanceledException) when (follower.Gone.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            response.HttpContext.Abort(); // What it has not taken is not to be waited for.
        }
    }

    private async Task WriteAsync(HttpResponse response, FeedFollower follower, Caller caller, RunView view,
        CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() + StreamedAnswer.Longest;
        var spoken = clock.GetUtcNow();
        var text = new StringBuilder();
        QueueHead? head = null;
        while (clock.GetUtcNow() < end)
        {
            var patience = head is null ? CallPatience.Longest : StreamedAnswer.Heartbeat;
            if (await IsThereMoreAsync(follower, patience, cancellationToken) && follower.Looks.TryRead(out var look))
            {
                var now = queue.HeadFor(caller);
                text.Append(head is null ? StreamedAnswer.Beginning : "");
                await AppendAsync(text, look, caller, view, cancellationToken);
                Append(text, "queue", head is null || head == now ? null : JsonSerializer.Serialize(now, ServerJson.Options));
                head = now;
            }
            else if (head is null)
            {
                throw new StorageUnavailableException("Nobody could look at what is to be followed.");
            }

            if (text.Length == 0 && clock.GetUtcNow() - spoken >= StreamedAnswer.Heartbeat)
            {
                text.Append(StreamedAnswer.StillHere);
            }

            if (text.Length > 0)
            {
                await response.WriteAsync(text.ToString(), cancellationToken);
                await response.Body.FlushAsync(cancellationToken);
                text.Clear();
                spoken = clock.GetUtcNow();
            }
        }
    }

    // Looks stay away while storage does.
    private async Task<bool> IsThereMoreAsync(FeedFollower follower, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await follower.Looks.WaitToReadAsync(cancellationToken).AsTask()
                .WaitAsync(patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task AppendAsync(StringBuilder text, FeedLook look, Caller caller, RunView view, CancellationToken cancellationToken)
    {
        foreach (var seen in look.Runs.Where(s => caller.Sees(s.Run.Client) && caller.Scope.Has(s.Run.Workflow)))
        {
            var run = await resource.ShowAsync(seen.Run, view, seen.Progress, cancellationToken);
            Append(text, "run", run.ToJsonString(ServerJson.Options));
        }

        if (caller.Role is not Role.Admin)
        {
            return;
        }

        Append(text, "pool", look.Pool);
        foreach (var host in look.Hosts)
        {
            Append(text, "host", host);
        }

        foreach (var id in look.Removed)
        {
            Append(text, "host-removed", new JsonObject { ["id"] = id.Value }.ToJsonString(ServerJson.Options));
        }
    }

    private static void Append(StringBuilder text, string @event, string? data)
    {
        if (data is not null)
        {
            text.Append("event: ").Append(@event).Append("\ndata: ").Append(data).Append("\n\n");
        }
    }
}
