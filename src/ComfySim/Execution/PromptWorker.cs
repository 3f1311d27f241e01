using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;
using ComfyFunc.ComfySim.Queueing;

namespace ComfyFunc.ComfySim.Execution;

/// <summary>
/// ComfyUI's one worker thread: takes the lowest prompt, executes what no cache spares, writes the history, says that it is done.
/// </summary>
internal sealed class PromptWorker(SimProcess process)
{
    private readonly NodeHost nodes = new(process.Options, process.Machine.Folders, process.Memory);
    private volatile bool unloadAsked;
    private volatile bool freeAsked;

    /// <summary>As <c>POST /free</c> asks: done when the worker next has a moment.</summary>
    public void Free(bool unloadModels, bool freeMemory)
    {
        (unloadAsked, freeAsked) = (unloadAsked || unloadModels, freeAsked || freeMemory);
        process.Queue.Nudge();
    }

    public async Task RunAsync(CancellationToken death)
    {
        while (true)
        {
            await process.Queue.WaitAsync(death);
            FreeIfAsked();
            if (process.Queue.TryStart() is not { } item)
            {
                continue;
            }

            // The thread is dead: the prompt stays in queue_running for ever.
            if (process.Machine.Faults.Zombie || item.ExtraData is null)
            {
                await Task.Delay(Timeout.Infinite, death);
            }

            await ExecuteAsync(item, death);
            FreeIfAsked();
        }
    }

    private void FreeIfAsked()
    {
        if (unloadAsked || freeAsked)
        {
            process.Memory.UnloadAll();
        }

        if (freeAsked)
        {
            process.Cache.Clear();
        }

        (unloadAsked, freeAsked) = (false, false);
    }

    private async Task ExecuteAsync(PromptItem item, CancellationToken death)
    {
        var extra = item.ExtraData as PyDict ?? [];
        var (hub, statistics) = (process.Hub, process.Machine.Statistics);
        hub.ClientId = extra.TryGetValue("client_id", out var client) ? client as string : null;
        hub.LastPromptId = item.PromptId;
        process.Interrupts.Reset();
        statistics.PromptStarted(item.PromptId);

        var run = new PromptInRun(item.PromptId, item.Prompt, extra, new(hub, item.PromptId), process.Interrupts, hub, item.Answered.Task);
        var execution = new PromptExecution(process, nodes, run);
        var outcome = await execution.RunAsync(item.Outputs, death);
        hub.LastNodeId = null;

        process.Queue.Finish(done => statistics.PromptEnded(item.PromptId, Py.Str(outcome.ToString().ToLowerInvariant()),
            () => process.History.Add(item.PromptId, Entry(done, execution, outcome))));
        process.Queue.AnnounceStatus();
        hub.SendToClient("executing", new() { ["node"] = null, ["prompt_id"] = item.PromptId });
    }

    private static PyDict Entry(PromptItem item, PromptExecution execution, PromptOutcome outcome) => new()
    {
        ["prompt"] = item.WithoutSecrets().ToWire(),
        ["outputs"] = execution.Outputs,
        ["status"] = new PyDict
        {
            ["status_str"] = outcome is PromptOutcome.Success ? "success" : "error",
            ["completed"] = outcome is PromptOutcome.Success,
            ["messages"] = execution.Messages
        },
        ["meta"] = execution.Meta,
    };
}

/// <summary>How a prompt ended.</summary>
internal enum PromptOutcome
{
    Success,
    Error,
    Interrupted,
}
