using System.Collections.Concurrent;
using ComfyFunc.Comfy;

namespace ComfyFunc.Runs;

/// <summary>How far the runs are that this process listens to. Progress is news, not record: the latest wins and none is kept.</summary>
public sealed class ProgressBoard
{
    private readonly ConcurrentDictionary<RunId, PromptProgress> latest = new();

    public PromptProgress? Of(RunId run) => latest.TryGetValue(run, out var progress) ? progress : null;

    public void Set(RunId run, PromptProgress progress) => latest[run] = progress;

    public void Clear(RunId run) => latest.TryRemove(run, out _);
}
