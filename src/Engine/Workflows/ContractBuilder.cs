using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Media;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Says to callers what a workflow's tags let them set and what they get.</summary>
internal static class ContractBuilder
{
    public static Contract Build(TagIndex tags, ImmutableArray<OutputTag> outputs, IReadOnlyDictionary<string, PromptNode> nodes) =>
        new([.. tags.All.Select(TagOf)], [.. outputs.Select(o => new ContractOutput(o.Tag, KindOf(o, nodes), o.Nodes))]);

    private static string KindOf(OutputTag output, IReadOnlyDictionary<string, PromptNode> nodes) =>
        output.IsSavedOnly ? MediaKind.Any : OutputTags.KindOf(nodes[output.Nodes[0]], id => nodes.GetValueOrDefault(id));

    private static ContractTag TagOf(TaggedNodes tag) =>
        new(tag.Name, [.. tag.Nodes.Select(n => new ContractNode(n.Node.Id, n.Node.Class.Name))], tag.CanBypass,
            [.. tag.Settable.GroupBy(s => s.Name, StringComparer.OrdinalIgnoreCase).Select(i => InputOf([.. i]))]);

    // A value goes to each node that has the input, so it must be right for all of them.
    private static ContractInput InputOf(ImmutableArray<SettableInput> targets)
    {
        var (node, input, choice) = targets[0];
        return new()
        {
            Name = targets[0].Name,
            Type = TypeOf(input),
            Default = node.Find(input.Name) is { Link: null } saved ? saved.Value : input.Default,
            Min = targets.Max(t => t.Input.Min),
            Max = targets.Min(t => t.Input.Max),
            Step = input.Step,
            Options = input is { Type: InputType.Combo, Upload: null } ? OptionsOf(targets) : null,
            Upload = UploadOf(node, input),
            Multiline = input.IsMultiline,
            Seed = input.IsSeed,
            Required = targets.Any(t => LacksFile(t.Node, t.Input)),
            Tooltip = input.Tooltip,
            OfChoice = choice,
        };
    }

    /// <summary>Whether the saved value is the name of a file that no host has, so that a call must bring one.</summary>
    public static bool LacksFile(PromptNode node, NodeInput input) =>
        input is { Upload: not null, Type: InputType.Combo, ListsOptions: true }
        && node.Find(input.Name) is { Link: null, Value.ValueKind: JsonValueKind.String } saved
        && !input.OffersSpelled(saved.Value.GetString()!); // A string is never null.

    private static ImmutableArray<JsonElement> OptionsOf(ImmutableArray<SettableInput> targets) =>
    [
        .. targets[0].Input.Options.Where(o => targets.Skip(1).All(t =>
            // A string is never null.
            !t.Input.ListsOptions || t.Input.Offers(o) || (o.ValueKind is JsonValueKind.String && t.Input.OffersSpelled(o.GetString()!)))),
    ];

    public static string TypeOf(NodeInput input) => input switch
    {
        { Upload: not null } => InputType.File,
        _ => InputType.InContract(input.ValueType),
    };

    public static string? UploadOf(PromptNode node, NodeInput input) =>
        input.Upload is MediaKind.Image && node.Class.Outputs is ["MASK", ..] ? MediaKind.Mask : input.Upload;
}
