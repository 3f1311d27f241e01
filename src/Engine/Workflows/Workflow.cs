using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using ComfyFunc.Engine.Prompts;

namespace ComfyFunc.Engine.Workflows;

/// <summary>A workflow version that has been read with a node catalog: immutable, and ready to be compiled any number of times.</summary>
public sealed class Workflow
{
    private readonly FrozenDictionary<string, PromptNode> byId;
    private readonly FrozenDictionary<string, byte[]> written;
    private readonly Lazy<ImmutableArray<Warning>> warnings;

    private Workflow(ImmutableArray<PromptNode> all, ImmutableArray<PromptNode> nodes)
    {
        Nodes = nodes;
        byId = nodes.ToFrozenDictionary(n => n.Id, StringComparer.Ordinal);
        written = nodes.ToFrozenDictionary(n => n.Id, n => PromptWriter.Write(n), StringComparer.Ordinal);
        Tags = TagIndex.Of(nodes);
        HasRunTexts = nodes.Any(n => !n.Notes.DynamicPrompts.IsEmpty || !n.Notes.Dates.IsEmpty);
        Outputs = OutputTags.Of(nodes);
        Contract = ContractBuilder.Build(Tags, Outputs, byId);
        Classes = [.. all.Select(n => n.Class.Name).Distinct(StringComparer.Ordinal)];
        PromptJson = PromptWriter.Write(all);
        ContentHash = Convert.ToHexStringLower(SHA256.HashData(PromptJson))[..32];
        warnings = new(() => [.. WorkflowWarnings.Of(all, nodes)]);
    }

    public Contract Contract { get; }

    /// <summary>
    /// What is returned: the tagged outputs if there are any and what other nodes save, else every output node under its id.
    /// </summary>
    public ImmutableArray<OutputTag> Outputs { get; }

    /// <summary>The names of its outputs: a run that succeeded has each of them, be it with nothing.</summary>
    public ImmutableArray<string> OutputNames => [.. Outputs.Select(o => o.Tag)];

    /// <summary>The nodes whose pictures come over the WebSocket and are in no history.</summary>
    public ImmutableArray<string> SocketPictureNodes => [.. Nodes.Where(OutputTags.IsSocketPicture).Select(n => n.Id)];

    /// <summary>Whether it has texts that each run makes anew.</summary>
    public bool HasRunTexts { get; }

    /// <summary>What its author should know, as the catalog that it was read with has it. Pointers lead into the prompt.</summary>
    public ImmutableArray<Warning> Warnings => warnings.Value;

    /// <summary>The node classes that it names.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>The prompt as it is stored: every node that was saved, in its order, and nothing else.</summary>
    public byte[] PromptJson { get; }

    /// <summary>Names the content: the same prompt has the same hash, however it was formatted.</summary>
    public string ContentHash { get; }

    /// <summary>
    /// The nodes that API runs have, in the saved order: those marked <c>[!bypass]</c> are gone, and their links pass through.
    /// </summary>
    internal ImmutableArray<PromptNode> Nodes { get; }

    internal TagIndex Tags { get; }

    /// <summary>
    /// Checks what is to be saved: a prompt, bare or in a wrapper. All that is wrong with it is said at once, with pointers into what was
    /// sent.
    /// </summary>
    public static WorkflowCheck Check(JsonElement body, NodeCatalog catalog)
    {
        var (document, refusal) = PromptDocument.Read(body);
        if (document is null)
        {
            return new WorkflowCheck.Invalid([refusal!]); // One of the two is there.
        }

        var faults = new List<Fault>();
        var all = PromptReader.Read(document.Prompt, catalog, faults);
        var read = all.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        var unread = document.Prompt.EnumerateObject().Select(p => p.Name).Where(id => !read.Contains(id))
            .ToHashSet(StringComparer.Ordinal);
        var nodes = WithoutBypassed(all);
        faults.AddRange(SaveCheck.Faults(all, nodes, unread));
        if (faults.Count > 0)
        {
            return new WorkflowCheck.Invalid([.. faults.Select(f => f with { Pointer = document.Pointer + f.Pointer })]);
        }

        var workflow = new Workflow(all, nodes);
        return new WorkflowCheck.Valid(workflow, [.. workflow.Warnings.Select(w => w with { Pointer = document.Pointer + w.Pointer })]);
    }

    /// <summary>Reads a prompt that was saved before, whatever rules it was saved under.</summary>
    public static Workflow Load(JsonElement prompt, NodeCatalog catalog)
    {
        var all = PromptReader.Read(PromptDocument.Read(prompt).Document?.Prompt ?? prompt, catalog, []);
        return new(all, WithoutBypassed(all));
    }

    /// <summary>The node classes that a body names which is to be saved.</summary>
    public static ImmutableArray<string> ClassesOf(JsonElement body) =>
        PromptDocument.Read(body).Document is { } document ? PromptReader.ClassesOf(document.Prompt) : [];

    /// <summary>The inputs that a call must set and does not, at their places in its body.</summary>
    public IEnumerable<Fault> MissingRequired(CallValues values)
    {
        var nodes = NodesOf(values);
        var needed = Reach.Of(Bypass.Apply(nodes, values.Bypassed.ToHashSet(StringComparer.Ordinal)));
        var set = values.Assignments.Select(a => (a.Node, a.Input)).ToHashSet();
        return from tag in TagsOf(nodes).All
               from input in tag.Inputs
               where input.Any(t => needed.Contains(t.Node.Id) && ContractBuilder.LacksFile(t.Node, t.Input)
                   && !set.Contains((t.Node.Id, t.Input.Name)))
               select new Fault(
                   FaultCode.InvalidInput,
                   $"{input.Key} of '{tag.Name}' is required: no host has the file that was saved with the workflow.",
                   JsonPointer.Of(tag.Name, input.Key));
    }

    /// <summary>The nodes as they are with the choices that a call makes; what it sets besides is not in them.</summary>
    internal ImmutableArray<PromptNode> NodesOf(CallValues values)
    {
        var set = values.Assignments.Where(a => a.Value is not null && Find(a.Node) is { Class.HasDynamicInputs: true })
            .ToLookup(a => a.Node, StringComparer.Ordinal);
        return set.Count == 0 ? Nodes : [.. Nodes.Select(n => set.Contains(n.Id) ? Choosing.Apply(n, ByInput(set[n.Id])) : n)];
    }

    /// <summary>The tags of this workflow's nodes as a call has them.</summary>
    internal TagIndex TagsOf(ImmutableArray<PromptNode> nodes) => nodes == Nodes ? Tags : TagIndex.Of(nodes);

    // Of several for one input the last is meant.
    private static Dictionary<string, JsonElement> ByInput(IEnumerable<Assignment> assignments)
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var assignment in assignments)
        {
            values[assignment.Input] = assignment.Value!.Value; // The caller has looked.
        }

        return values;
    }

    private static ImmutableArray<PromptNode> WithoutBypassed(ImmutableArray<PromptNode> all) =>
        Bypass.Apply(all, all.Where(n => n.Annotations.Bypass).Select(n => n.Id).ToHashSet(StringComparer.Ordinal));

    /// <summary>The tag that callers know the node by.</summary>
    public string? TagOf(string nodeId) => Find(nodeId) switch
    {
        { Annotations.Tags: [var tag, ..] } => tag.Name,
        { Notes.Tags: [var carried, ..] } => carried.Tag,
        _ => null,
    };

    internal PromptNode? Find(string nodeId) => byId.GetValueOrDefault(nodeId);

    /// <summary>The node as JSON, its name included, as it is when no call changes it.</summary>
    internal ReadOnlySpan<byte> Written(string nodeId) => written[nodeId];
}

/// <summary>Whether a prompt can be served.</summary>
public abstract record WorkflowCheck
{
    private WorkflowCheck() { }

    /// <param name="Warnings">What the author should know, with pointers into the body that was sent.</param>
    public sealed record Valid(Workflow Workflow, ImmutableArray<Warning> Warnings) : WorkflowCheck;

    public sealed record Invalid(ImmutableArray<Fault> Faults) : WorkflowCheck;
}

/// <summary>A result's name and the nodes that it comes from, in the saved order.</summary>
public sealed record OutputTag(string Tag, ImmutableArray<string> Nodes)
{
    /// <summary>The name under which comes back what untagged nodes save, when others are tagged.</summary>
    public const string Untagged = "untagged";

    /// <summary>Whether only files that a node saved count, not what it shows.</summary>
    public bool IsSavedOnly { get; init; }
}
