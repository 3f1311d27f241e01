using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>Sorts a call's body <c>{tag:{input:value}}</c> to the nodes of a workflow, and finds every fault of it.</summary>
public static class ValueBinder
{
    public static Binding Bind(Workflow workflow, JsonElement body, BindLimits limits)
    {
        if (body.ValueKind is not JsonValueKind.Object)
        {
            return new Binding.Invalid([new(FaultCode.InvalidInput, "The body is an object of tags: {\"tag\":{\"input\":value}}.", "")]);
        }

        var call = new BoundCall(limits);
        var (nodes, choices) = CallChoices.Of(workflow, body);
        var tags = workflow.TagsOf(nodes);
        foreach (var property in body.EnumerateObject())
        {
            BindTag(tags, workflow.Contract, property, call);
        }

        CheckBypass(nodes, call);
        CallChoices.Check(nodes, choices, call);
        var values = new CallValues { Assignments = [.. call.Assignments], Bypassed = [.. call.Bypassed.Keys] };
        // Each is in a place.
        call.Faults.AddRange(workflow.MissingRequired(values)
            .Where(m => !call.Faults.Any(f => f.Pointer?.StartsWith(m.Pointer!, StringComparison.OrdinalIgnoreCase) ?? false)).ToArray());
        return call.Faults.Count > 0 ? new Binding.Invalid([.. call.Faults]) : new Binding.Valid(values, [.. call.Files]);
    }

    private static void BindTag(TagIndex tags, Contract contract, JsonProperty property, BoundCall call)
    {
        var pointer = JsonPointer.Of(property.Name);
        if (tags.Find(property.Name) is not { } tag)
        {
            call.Refuse(pointer,
                $"The workflow has no tag "
                    + $"'{property.Name.Trim()}'. {Suggestion.Among(property.Name, tags.All.Select(t => t.Name), "tags")}");
            return;
        }

        switch (property.Value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.Null:
                break;
            case JsonValueKind.False when !tag.CanBypass:
                call.Refuse(pointer,
                    $"'{tag.Name}' stands on a subgraph or on what feeds a value, which no call can bypass: it takes an object of its inputs.");
                break;
            case JsonValueKind.False:
                foreach (var node in tag.Nodes)
                {
                    call.Bypassed[node.Node.Id] = pointer;
                }

                break;
            case JsonValueKind.Object:
                foreach (var input in property.Value.EnumerateObject())
                {
                    BindInput(tag, contract, input, JsonPointer.Under(pointer, input.Name), call);
                }

                break;
            default:
                call.Refuse(pointer,
                    $"A tag takes an object of its inputs, {{\"input\":value}}, or false to bypass its "
                        + $"nodes. {Suggestion.List(tag.Inputs.Select(i => i.Key), "inputs")}");
                break;
        }
    }

    // Typed clients send null for what their caller has not set. No input of ComfyUI takes it for a value.
    private static void BindInput(TaggedNodes tag, Contract contract, JsonProperty property, string pointer, BoundCall call)
    {
        var name = property.Name.Trim();
        if (tag.Inputs.FirstOrDefault(i => i.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } targets)
        {
            if (property.Value.ValueKind is JsonValueKind.Null && contract.Find(tag.Name, name) is not null)
            {
                return;
            }

            call.Refuse(pointer, contract.Find(tag.Name, name) is not null
                && tag.Nodes.Select(n => StrayInputs.OfOtherChoice(n.Node, name)).FirstOrDefault(d => d is not null) is { } detail
                ? detail : $"'{tag.Name}' has no input '{name}' that callers may "
                    + $"set. {Suggestion.Among(name, tag.Inputs.Select(i => i.Key), "inputs")}");
            return;
        }

        if (property.Value.ValueKind is JsonValueKind.Null)
        {
            return;
        }

        ImmutableArray<(PromptNode Node, NodeInput Input)> loaders = [.. targets.Where(t => t.Input.Upload is not null)];
        if (!loaders.IsEmpty)
        {
            FileBinder.Bind(loaders, property.Value, pointer, call);
        }

        foreach (var (node, input) in targets.Where(t => t.Input.Upload is null))
        {
            BindScalar(node, input, property.Value, pointer, isShared: targets.Skip(1).Any(), call);
        }
    }

    private static void BindScalar(PromptNode node, NodeInput input, JsonElement value, string pointer, bool isShared, BoundCall call)
    {
        if (input.IsSeed && SeedWord.Read(value) is { } word)
        {
            call.Assignments.Add(new() { Node = node.Id, Input = input.Name, Seed = word });
        }
        else if (ScalarCheck.Of(input, value) is { } fault)
        {
            call.Refuse(pointer, isShared ? $"For {node.Describe()}: {fault}" : fault);
        }
        else
        {
            call.Assignments.Add(new() { Node = node.Id, Input = input.Name, Value = ScalarCheck.Normal(input, value) });
        }
    }

    private static void CheckBypass(ImmutableArray<PromptNode> nodes, BoundCall call)
    {
        if (call.Bypassed.Count == 0)
        {
            return;
        }

        var after = Bypass.Apply(nodes, call.Bypassed.Keys.ToHashSet(StringComparer.Ordinal));
        foreach (var (node, input) in Bypass.Starved(nodes, after))
        {
            call.Refuse(call.Bypassed.Values.First(), $"Bypassing it leaves {node.Describe()} without its required input {input.Name}.");
        }

        if (!after.Any(n => n.Class.IsOutputNode))
        {
            call.Refuse(call.Bypassed.Values.First(), "Bypassing it leaves the run without an output.");
        }
    }
}

/// <summary>What has been bound of a call so far.</summary>
internal sealed class BoundCall(BindLimits limits)
{
    public BindLimits Limits => limits;

    public List<Fault> Faults { get; } = [];

    public List<Assignment> Assignments { get; } = [];

    public List<CallFile> Files { get; } = [];

    /// <summary>Bypassed nodes, and where the body says so.</summary>
    public SortedDictionary<string, string> Bypassed { get; } = new(StringComparer.Ordinal);

    public void Refuse(string pointer, string detail, FaultCode? code = null) =>
        Faults.Add(new(code ?? FaultCode.InvalidInput, detail, pointer));
}
