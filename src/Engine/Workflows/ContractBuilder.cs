using System.Collections.Immutable;

namespace ComfyFunc.Workflows;

/// <summary>Says to callers what a workflow's tags let them set and what they get.</summary>
internal static class ContractBuilder
{
    public static Contract Build(TagIndex tags, ImmutableArray<OutputTag> outputs, IReadOnlyDictionary<string, PromptNode> nodes) =>
        new([.. tags.All.Select(TagOf)], [.. outputs.Select(o => new ContractOutput(o.Tag, OutputTags.KindOf(nodes[o.Nodes[0]], id => nodes.GetValueOrDefault(id)), o.Nodes))]);

    private static ContractTag TagOf(TaggedNodes tag) =>
        new(tag.Name, [.. tag.Nodes.Select(n => new ContractNode(n.Node.Id, n.Node.Class.Name))], CanBypass: true, [.. tag.Inputs.Select(i => InputOf(i.First().Node, i.First().Input))]);

    private static ContractInput InputOf(PromptNode node, NodeInput input) => new()
    {
        Name = input.Name,
        Type = TypeOf(input),
        Default = node.Find(input.Name) is { Link: null } saved ? saved.Value : input.Default,
        Min = input.Min,
        Max = input.Max,
        Step = input.Step,
        Options = input is { Type: NodeInput.Combo, Upload: null } ? input.Options : null,
        Upload = UploadOf(node, input),
        Multiline = input.IsMultiline,
        Seed = input.IsSeed,
        Tooltip = input.Tooltip,
    };

    public static string TypeOf(NodeInput input) => input switch
    {
        { Upload: not null } => "FILE",
        { Type: NodeInput.Combo } => "ENUM",
        { Type: "INT" or "FLOAT" or "STRING" or "BOOLEAN" } => input.Type,
        _ => "ANY",
    };

    public static string? UploadOf(PromptNode node, NodeInput input) =>
        input.Upload is "image" && node.Class.Outputs is ["MASK", ..] ? "mask" : input.Upload;
}
