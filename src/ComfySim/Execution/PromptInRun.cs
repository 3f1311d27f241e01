using ComfyFunc.ComfySim.Events;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Execution;

/// <summary>The prompt that runs now, as its nodes see it.</summary>
internal sealed record PromptInRun(string PromptId, PyDict Prompt, PyDict ExtraData, ProgressState Progress, Interrupts Interrupts,
    SocketHub Hub, Task Answered)
{
    /// <summary>The texts that go into a written file: the prompt, and every key of extra_pnginfo.</summary>
    public IReadOnlyList<(string Key, string Text)> Metadata() =>
    [
        ("prompt", PyJson.Dumps(Prompt)),
        .. ExtraData.TryGetValue("extra_pnginfo", out var extra) && extra is PyDict info
            ? info.Select(p => (p.Key, PyJson.Dumps(p.Value)))
            : [],
    ];
}
