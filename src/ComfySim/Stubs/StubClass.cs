using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Stubs;

/// <summary>
/// Makes a node class of its description alone: it checks its inputs as ComfyUI does and yields what it says that it yields.
/// </summary>
internal static class StubClass
{
    private static readonly HashSet<string> FileInputs = ["image", "images", "video", "audio", "file", "latent", "mask", "model_file"];

    /// <param name="builtIn">The class of this name that the simulation has: it goes on to work as it does, behind the description
    /// given.</param>
    public static NodeClass Of(string name, PyDict entry, NodeClass? builtIn)
    {
        var described = new NodeClass
        {
            Name = name,
            Category = "",
            Required = Inputs(name, entry, "required"),
            Optional = Inputs(name, entry, "optional"),
            Returns = [.. (entry.GetValueOrDefault("output") as PyList ?? []).Select(o => o as string ?? "COMBO")],
            IsOutput = Py.Truth(entry.GetValueOrDefault("output_node")),
            Check = builtIn?.Check,
            IsChanged = builtIn?.IsChanged,
            Run = NodeClass.Sync(_ => default),
        };
        return builtIn is null
            ? described with { Run = c => StubRun.RunAsync(described, c), IsChanged = StubRun.FilesOf(described) }
            : described with { Run = c => StubRun.FillAsync(described, builtIn, c) };
    }

    private static InputSpec[] Inputs(string className, PyDict entry, string group) =>
        entry.GetValueOrDefault("input") is PyDict input && input.GetValueOrDefault(group) is PyDict specs
            ? [.. specs.Select(s => Input(s.Key, s.Value as PyList ?? []) with { TakesFiles = TakesFiles(className, s.Key, s.Value) })]
            : [];

    public static InputSpec Input(string name, PyList spec)
    {
        var options = spec.ElementAtOrDefault(1) as PyDict;
        return spec.FirstOrDefault() switch
        {
            PyList choices => new(name, "COMBO", options, _ => choices),
            "COMBO" when options?.GetValueOrDefault("options") is PyList choices =>
                new(name, "COMBO", options, _ => choices, IsNewStyle: true),
            string type => new(name, type, options),
            _ => new(name, NodeTypes.Any, options), // Nothing that one could check a value against.
        };
    }

    // A loader lists its input directory anew at each validation, so that a file is a choice as soon as it is there.
    private static bool TakesFiles(string className, string input, object? spec)
    {
        var options = (spec as PyList)?.ElementAtOrDefault(1) as PyDict ?? [];
        return (className.Contains("Load", StringComparison.OrdinalIgnoreCase) && FileInputs.Contains(input))
            || options.Any(o => o.Key.EndsWith("_upload", StringComparison.Ordinal) && o.Value is true);
    }
}
