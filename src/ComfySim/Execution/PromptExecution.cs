using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Execution;

/// <summary>Executes one prompt node by node, and collects what its history entry will say.</summary>
internal sealed class PromptExecution(SimProcess process, NodeHost nodes, PromptInRun run)
{
    private readonly NodeCatalog catalog = process.Machine.Catalog;
    private readonly PyList executed = [];
    private string current = "";

    public PyDict Outputs { get; } = [];

    public PyDict Meta { get; } = [];

    public PyList Messages { get; } = [];

    public async Task<PromptOutcome> RunAsync(PyList outputs, CancellationToken death)
    {
        Say("execution_start", []);
        var signatures = new Signatures(run.Prompt, catalog, process.Machine.Folders);
        var keys = run.Prompt.Keys.ToDictionary(id => id, id => process.Cache.KeyOf(id, signatures.Of(id)), StringComparer.Ordinal);
        process.Cache.Begin(keys);
        nodes.KeepInstances(run.Prompt.Keys);
        Say("execution_cached", new() { ["nodes"] = new PyList(run.Prompt.Keys.Where(id => process.Cache.Get(id) is not null)) });
        try
        {
            await RunNodesAsync(outputs, death);
            Say("execution_success", []);
            return PromptOutcome.Success;
        }
        catch (InterruptedPromptException)
        {
            Say("execution_interrupted",
                new() { ["node_id"] = current, ["node_type"] = GraphLinks.ClassOf(run.Prompt, current), ["executed"] = executed },
                toAll: true);
            return PromptOutcome.Interrupted;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var python = e as PythonException ?? new PythonException("RuntimeError", e.Message);
            Say("execution_error", ErrorOf(python));
            return PromptOutcome.Error;
        }
    }

    private async Task RunNodesAsync(PyList outputs, CancellationToken death)
    {
        var list = new ExecutionList(run.Prompt, catalog, process.Cache);
        foreach (var output in outputs)
        {
            list.Add(Py.Str(output));
        }

        while (!list.IsEmpty)
        {
            current = list.Next();
            if (process.Cache.Get(current) is { } cached)
            {
                ShowCached(current, cached);
            }
            else
            {
                await RunNodeAsync(current, death);
            }

            executed.Add(current);
            list.Complete(current);
        }
    }

    private async Task RunNodeAsync(string id, CancellationToken death)
    {
        var nodeClass = catalog.Find(GraphLinks.ClassOf(run.Prompt, id)) ?? throw PythonException.KeyError(id);
        run.Interrupts.ThrowIfRaised();
        run.Progress.Start(id);
        process.Hub.LastNodeId = id;
        process.Hub.SendToClient("executing", new() { ["node"] = id, ["display_node"] = id, ["prompt_id"] = run.PromptId });
        await FaultsAsync(nodeClass.Name, death);
        process.Machine.Statistics.NodeExecuted(nodeClass.Name);
        var result = await nodeClass.Run(new(nodes, run, id, Resolve(id), death));
        var meta = new PyDict { ["node_id"] = id, ["display_node"] = id, ["parent_node"] = null, ["real_node_id"] = id };
        process.Cache.Set(id, new(result.Outputs, result.Ui, meta));
        if (result.Ui is { } ui)
        {
            Show(id, ui, meta);
        }

        run.Progress.Finish(id);
    }

    private void Show(string id, PyDict ui, PyDict meta)
    {
        (Outputs[id], Meta[id]) = (ui, meta);
        process.Hub.SendToClient("executed", new() { ["node"] = id, ["display_node"] = id, ["output"] = ui, ["prompt_id"] = run.PromptId });
    }

    private void ShowCached(string id, CachedResult cached)
    {
        process.Hub.SendToClient("executed",
            new() { ["node"] = id, ["display_node"] = id, ["output"] = cached.Ui, ["prompt_id"] = run.PromptId });
        run.Progress.Finish(id);
        if (cached.Ui is { } ui)
        {
            (Outputs[id], Meta[id]) = (ui, cached.Meta);
        }
    }

    private async Task FaultsAsync(string nodeClass, CancellationToken death)
    {
        var faults = process.Machine.Faults;
        if (faults.IsDue(faults.CrashAt, nodeClass))
        {
            await run.Answered.WaitAsync(death); // A node takes longer to do its harm than the server to answer.
            faults.Crash();
            await Task.Delay(Timeout.Infinite, death);
        }

        if (faults.IsDue(faults.HangAt, nodeClass))
        {
            await Task.Delay(Timeout.Infinite, death);
        }

        if (faults.IsDue(faults.OutOfMemoryAt, nodeClass))
        {
            throw new PythonException("torch.OutOfMemoryError",
                "Allocation on device \nThis error means you ran out of memory on your GPU.\n");
        }

        if (faults.IsDue(faults.ErrorAt, nodeClass))
        {
            throw new PythonException("RuntimeError", "The simulated host was told to fail here.");
        }
    }

    private PyDict Resolve(string id)
    {
        var inputs = new PyDict();
        foreach (var (name, value) in GraphLinks.InputsOf(run.Prompt, id))
        {
            inputs[name] = GraphLinks.IsLink(value, out var from, out var slot) ? process.Cache.Get(from)?.Outputs[slot] : value;
        }

        return inputs;
    }

    private PyDict ErrorOf(PythonException e) => new()
    {
        ["node_id"] = current,
        ["node_type"] = GraphLinks.ClassOf(run.Prompt, current),
        ["executed"] = executed,
        ["exception_message"] = e.Message.TrimEnd('\n') + "\n",
        ["exception_type"] = e.Type,
        ["traceback"] = new PyList { "  File \"/comfysim/execution.py\", line 1, in execute\n" },
        ["current_inputs"] = new PyDict(),
        ["current_outputs"] = new PyList(executed),
    };

    private void Say(string type, PyDict data, bool toAll = false)
    {
        var message = new PyDict { ["prompt_id"] = run.PromptId };
        foreach (var (key, value) in data)
        {
            message[key] = value;
        }

        message["timestamp"] = process.Options.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Messages.Add(new PyList { type, message });
        if (toAll && run.Hub.ClientId is null)
        {
            process.Hub.Send(type, message, null);
        }
        else
        {
            process.Hub.SendToClient(type, message);
        }
    }
}
