using ComfyFunc.ComfySim.Execution;
using ComfyFunc.ComfySim.Media;
using ComfyFunc.ComfySim.Models;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>What a node sees while it runs: its inputs, the host around it, and the ways to show progress and spend time.</summary>
internal sealed class NodeContext(NodeHost host, PromptInRun prompt, string nodeId, PyDict inputs, CancellationToken cancellationToken)
{
    public SimOptions Options => host.Options;

    public SimFolders Folders => host.Folders;

    public VideoMemory Memory => host.Memory;

    public string NodeId => nodeId;

    public PromptInRun Prompt => prompt;

    public CancellationToken Cancellation => cancellationToken;

    public object? Value(string name) => inputs.TryGetValue(name, out var value) ? value : null;

    public bool Has(string name) => inputs.ContainsKey(name);

    public string Text(string name) => Py.Str(Value(name));

    public int Int(string name) => (int)System.Numerics.BigInteger.Min(int.MaxValue, Py.AsBigInteger(Value(name)));

    public ulong Seed(string name) => (ulong)(Py.AsBigInteger(Value(name)) & ulong.MaxValue);

    public double Float(string name) => Py.ToFloat(Value(name));

    public bool Bool(string name) => Py.Truth(Value(name));

    public ImageBatch Image(string name) => Get<ImageBatch>(name, "shape");

    public MaskBatch Mask(string name) => Get<MaskBatch>(name, "reshape");

    /// <summary>A value of one kind; another kind fails as it would in Python, at the first attribute that is missing.</summary>
    public T Get<T>(string name, string attribute) where T : class =>
        Value(name) as T ?? throw PythonException.AttributeError(Value(name), attribute);

    /// <summary>Reports a ProgressBar step, which is also where an interrupt bites.</summary>
    public void Progress(int value, int max, Func<Preview>? preview = null, bool always = false)
    {
        prompt.Interrupts.ThrowIfRaised();
        var wanted = always || (Options.Previews ?? Options.Speed > 0);
        prompt.Progress.Update(nodeId, value, max, wanted ? preview?.Invoke() : null);
    }

    /// <summary>Spends simulated time, of which the speed may leave nothing.</summary>
    public Task WorkAsync(double seconds) => SpendAsync(seconds * Options.Speed);

    /// <summary>Spends time that the workflow itself asked for, whatever the speed, and that no interrupt shortens.</summary>
    public Task SpendAsync(double seconds) =>
        seconds <= 0 ? Task.CompletedTask : Task.Delay(TimeSpan.FromSeconds(seconds), Options.Time, cancellationToken);

    /// <summary>Spends time as a node does that polls for interrupts.</summary>
    public async Task SpendUnlessInterruptedAsync(double seconds)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (seconds > 0)
        {
            await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(seconds), Options.Time, stop.Token), prompt.Interrupts.Raised);
        }

        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        prompt.Interrupts.ThrowIfRaised();
    }

    /// <summary>Sends an event of the node's own to every socket.</summary>
    public void Broadcast(string type, PyDict data) => prompt.Hub.Send(type, data, null);

    /// <summary>Five letters that a node instance makes up for its temporary files and keeps.</summary>
    public string TempLetters() => host.TempLetters(nodeId);

    public IReadOnlyList<(string Key, string Text)> Metadata() => host.Options.DisableMetadata ? [] : prompt.Metadata();
}
