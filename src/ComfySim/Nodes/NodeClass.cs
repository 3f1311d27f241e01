namespace ComfyFunc.ComfySim.Nodes;

/// <summary>A node class: what the catalog says about it and what it does.</summary>
internal sealed record NodeClass
{
    public required string Name { get; init; }

    public required string Category { get; init; }

    public string? DisplayName { get; init; }

    public string Description { get; init; } = "";

    public string Module { get; init; } = "nodes";

    public IReadOnlyList<InputSpec> Required { get; init; } = [];

    public IReadOnlyList<InputSpec> Optional { get; init; } = [];

    /// <summary>Whether the class asks for the prompt and the workflow, to write them into a file.</summary>
    public bool WantsMetadata { get; init; }

    public IReadOnlyList<string> Returns { get; init; } = [];

    public IReadOnlyList<string>? ReturnNames { get; init; }

    public IReadOnlyList<string?>? ReturnTooltips { get; init; }

    public bool IsOutput { get; init; }

    /// <summary>Whether the class is written in the newer style, which shows more flags in the catalog.</summary>
    public bool IsNewStyle { get; init; }

    public bool IsDeprecated { get; init; }

    public bool IsExperimental { get; init; }

    public required Func<NodeContext, ValueTask<NodeResult>> Run { get; init; }

    /// <summary>ComfyUI's VALIDATE_INPUTS: the input that it looks at itself, and the complaint or null.</summary>
    public InputCheck? Check { get; init; }

    /// <summary>ComfyUI's IS_CHANGED: part of the cache key. NaN means never cached.</summary>
    public Func<PyDict, SimFolders, object?>? IsChanged { get; init; }

    public IEnumerable<InputSpec> Inputs => Required.Concat(Optional);

    public static Func<NodeContext, ValueTask<NodeResult>> Sync(Func<NodeContext, NodeResult> run) =>
        context => ValueTask.FromResult(run(context));
}

/// <summary>A check of one input that replaces the usual ones for that input.</summary>
internal sealed record InputCheck(string Input, Func<object?, SimFolders, string?> Complaint);

/// <summary>What one run of a node gave: a value per output slot, and what the node shows.</summary>
internal readonly record struct NodeResult(object?[] Outputs, PyDict? Ui = null)
{
    public static NodeResult Of(params object?[] outputs) => new(outputs);

    public static NodeResult Show(string key, params IEnumerable<object?> items) => new([], new PyDict { [key] = new PyList(items) });

    public static NodeResult ShowAnimated(string key, params IEnumerable<object?> items) =>
        new([], new PyDict { [key] = new PyList(items), ["animated"] = new PyList { true } });
}
