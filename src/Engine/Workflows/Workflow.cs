using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace ComfyFunc.Workflows;

/// <summary>A workflow version that has been checked against a node catalog: immutable, and ready to be compiled any number of times.</summary>
public sealed class Workflow
{
    private readonly FrozenDictionary<string, PromptNode> byId;
    private readonly FrozenDictionary<string, byte[]> written;

    private Workflow(ImmutableArray<PromptNode> all, ImmutableArray<PromptNode> nodes)
    {
        Nodes = nodes;
        byId = nodes.ToFrozenDictionary(n => n.Id, StringComparer.Ordinal);
        written = nodes.ToFrozenDictionary(n => n.Id, n => PromptWriter.Write(n), StringComparer.Ordinal);
        Tags = TagIndex.Of(nodes);
        Outputs = OutputTags.Of(nodes);
        Contract = ContractBuilder.Build(Tags, Outputs, byId);
        Classes = [.. all.Select(n => n.Class.Name).Distinct(StringComparer.Ordinal)];
        PromptJson = PromptWriter.Write(all);
        ContentHash = Convert.ToHexStringLower(SHA256.HashData(PromptJson))[..32];
    }

    public Contract Contract { get; }

    /// <summary>What is returned: the tagged outputs if there are any, else every output node under its id.</summary>
    public ImmutableArray<OutputTag> Outputs { get; }

    /// <summary>The node classes that it names.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>The prompt as it is stored: every node that was saved, in its order, and nothing else.</summary>
    public byte[] PromptJson { get; }

    /// <summary>Names the content: the same prompt has the same hash, however it was formatted.</summary>
    public string ContentHash { get; }

    /// <summary>The nodes that API runs have, in the saved order: those marked <c>[!bypass]</c> are gone, and their links pass through.</summary>
    internal ImmutableArray<PromptNode> Nodes { get; }

    internal TagIndex Tags { get; }

    /// <summary>Checks a prompt. Everything that is wrong with it is said at once.</summary>
    public static WorkflowCheck Check(JsonElement prompt, NodeCatalog catalog)
    {
        var faults = new List<Fault>();
        var all = PromptReader.Read(prompt, catalog, faults);
        if (faults.Count > 0)
        {
            return new WorkflowCheck.Invalid([.. faults]);
        }

        var bypassed = all.Where(n => n.Annotations.Bypass).Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        var nodes = Bypass.Apply(all, bypassed);
        faults.AddRange(Bypass.Starved(all, nodes).Select(s => new Fault(
            "invalid_workflow", $"[!bypass] leaves {s.Node.Describe()} without its required input {s.Input.Name}.", JsonPointer.Of(s.Node.Id, "inputs", s.Input.Name))));
        if (!nodes.Any(n => n.Class.IsOutputNode))
        {
            faults.Add(new("invalid_workflow", "The prompt has no output node, such as Save Image or Preview Image, so a run would return nothing.", ""));
        }

        faults.AddRange(TagIndex.UnknownInputs(nodes));
        return faults.Count > 0 ? new WorkflowCheck.Invalid([.. faults]) : new WorkflowCheck.Valid(new(all, nodes));
    }

    /// <summary>The tag that callers know the node by.</summary>
    public string? TagOf(string nodeId) => Find(nodeId)?.Annotations.Tags is [var tag, ..] ? tag.Name : null;

    internal PromptNode? Find(string nodeId) => byId.GetValueOrDefault(nodeId);

    /// <summary>The node as JSON, its name included, as it is when no call changes it.</summary>
    internal ReadOnlySpan<byte> Written(string nodeId) => written[nodeId];
}

/// <summary>Whether a prompt can be served.</summary>
public abstract record WorkflowCheck
{
    private WorkflowCheck() { }

    public sealed record Valid(Workflow Workflow) : WorkflowCheck;

    public sealed record Invalid(ImmutableArray<Fault> Faults) : WorkflowCheck;
}

/// <summary>A result's name and the nodes that it comes from, in the saved order.</summary>
public sealed record OutputTag(string Tag, ImmutableArray<string> Nodes);
