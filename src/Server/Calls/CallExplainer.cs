using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Calls;

/// <summary>
/// Says what a call would do, without doing any of it: its faults, what it changes in the prompt, and which hosts could take it. Nothing is
/// fetched or stored.
/// </summary>
public sealed class CallExplainer(CallBinder binder, RunnableHosts runnable)
{
    public async Task<ExplainReply> ExplainAsync(Call call, CancellationToken cancellationToken)
    {
        switch (await binder.BindAsync(call, cancellationToken))
        {
            case BindReply.Refused { Faults: [var fault, ..] } when fault.Code == FaultCode.WorkflowNotFound:
                return new ExplainReply.Refused(fault);
            case BindReply.Refused { Faults: var faults }:
                return new ExplainReply.Explained(new JsonObject { ["valid"] = false, ["errors"] = ErrorsOf(faults) });
            case BindReply.Bound bound:
                return new ExplainReply.Explained(Explain(call, bound));
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private JsonObject Explain(Call call, BindReply.Bound bound)
    {
        var plain = PromptCompiler.Compile(bound.Workflow, CallValues.None, [], [], CompileOptions.Plain);
        var drawn = SeedPlan.Of(bound.Workflow, bound.Values, bound.Version.Settings?.HiddenSeeds ?? HiddenSeeds.Auto)
            .Where(s => s.Origin is SeedOrigin.Drawn).ToArray();
        var prompt = PromptCompiler.Compile(
            bound.Workflow,
            bound.Values,
            [.. bound.Files.Select(f => $"{RunFile.HostFolder}/file-{f.Index}")],
            [.. drawn.Select(s => new DrawnSeed(s.Node, s.Input, s.Least))],
            CompileOptions.Plain);
        var demands = (bound.Version.Demands ?? Demands.None).And(call.Demands);
        return new()
        {
            ["valid"] = true,
            ["workflow"] = bound.Name,
            ["version"] = bound.Version.Version,
            ["warnings"] = JsonSerializer.SerializeToNode(bound.Workflow.Warnings, ServerJson.Options),
            ["changes"] = ChangesOf(bound, plain),
            ["bypassed"] = new JsonArray([.. bound.Values.Bypassed.Select(id => (JsonNode)id)]),
            ["seedsToDraw"] = new JsonArray([.. drawn.Select(s => new JsonObject { ["node"] = s.Node, ["input"] = s.Input })]),
            ["hosts"] = JsonSerializer.SerializeToNode(runnable.Of(bound.Name, bound.Version, prompt, demands), ServerJson.Options),
        };
    }

    private static JsonArray ChangesOf(BindReply.Bound bound, CompiledPrompt plain)
    {
        using var before = JsonDocument.Parse(plain.Json);
        var changes = new JsonArray();
        foreach (var assignment in bound.Values.Assignments.Where(a => a.Seed is null))
        {
            var change = new JsonObject
            {
                ["node"] = assignment.Node,
                ["tag"] = plain.TagOf(assignment.Node),
                ["input"] = assignment.Input
            };

            // A node that the author bypasses in API runs is not in the plain prompt.
            if (before.RootElement.TryGetProperty(assignment.Node, out var node))
            {
                change["class"] = node.GetProperty("class_type").GetString();
                if (node.GetProperty("inputs").TryGetProperty(assignment.Input, out var from))
                {
                    change["from"] = JsonNode.Parse(from.GetRawText());
                }
            }

            if (assignment.Value is { } to)
            {
                change["to"] = JsonNode.Parse(to.GetRawText());
            }
            else
            {
                change["files"] = assignment.Files.Length;
            }

            changes.Add(change);
        }

        return changes;
    }

    private static JsonArray ErrorsOf(ImmutableArray<Fault> faults)
    {
        var errors = new JsonArray();
        foreach (var fault in faults)
        {
            errors.Add(new JsonObject { ["code"] = fault.Code.Name, ["pointer"] = fault.Pointer, ["detail"] = fault.Detail });
        }

        return errors;
    }
}

/// <summary>What there is to say of a call.</summary>
public abstract record ExplainReply
{
    private ExplainReply() { }

    public sealed record Explained(JsonObject Document) : ExplainReply;

    /// <summary>There is no such workflow.</summary>
    public sealed record Refused(Fault Fault) : ExplainReply;
}
