using System.Threading.Channels;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Tests.ComfySim;

namespace ComfyFunc.Tests.Adapters.Comfy;

/// <summary>One thing that a listener told.</summary>
internal sealed record News(string What, PromptId? Prompt = null, PromptProgress? Progress = null, Preview? Preview = null,
    bool IsHearing = false, string? Detail = null);

/// <summary>Writes down what a listener tells, for a test to wait for.</summary>
internal sealed class HeardNews : IHostObserver
{
    private readonly Channel<News> news = Channel.CreateUnbounded<News>();

    /// <returns>Everything up to and with the first news of that kind, about that prompt if one is named.</returns>
    public async Task<List<News>> UntilAsync(string what, PromptId? prompt = null)
    {
        var (list, deadline) = (new List<News>(), Deadline.Token);
        do
        {
            list.Add(await news.Reader.ReadAsync(deadline));
        }
        while (list[^1].What != what || (prompt is not null && list[^1].Prompt != prompt));
        return list;
    }

    public ValueTask ConnectedAsync(HostId host) => Write(new("connected"));

    public ValueTask DisconnectedAsync(HostId host) => Write(new("disconnected"));

    public ValueTask ProgressedAsync(HostId host, PromptId prompt, PromptProgress progress) => Write(new("progress", prompt, progress));

    public ValueTask OthersProgressedAsync(HostId host, PromptId prompt) => Write(new("others", prompt));

    public ValueTask EndedAsync(HostId host, PromptId prompt) => Write(new("ended", prompt));

    public ValueTask MissingAsync(HostId host, PromptId prompt) => Write(new("missing", prompt));

    public ValueTask ReachableAsync(HostId host) => Write(new("reachable"));

    public ValueTask UnreachableAsync(HostId host, string? why) => Write(new("unreachable", Detail: why));

    public ValueTask LookedAsync(HostId host, QueueView queue, bool isHearing) =>
        Write(new("looked", queue.Running.IsEmpty ? null : queue.Running[0], IsHearing: isHearing));

    public ValueTask PreviewedAsync(HostId host, PromptId prompt, Preview preview) => Write(new("preview", prompt, Preview: preview));

    public ValueTask PicturedAsync(HostId host, PromptId prompt, string node, Preview picture) =>
        Write(new("picture", prompt, Preview: picture, Detail: node));

    private ValueTask Write(News item) => news.Writer.WriteAsync(item);
}
