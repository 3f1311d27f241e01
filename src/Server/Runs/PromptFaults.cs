using System.Collections.Immutable;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Runs;

/// <summary>Says in a caller's words why ComfyUI refused a prompt, or why a node of it failed.</summary>
public static class PromptFaults
{
    private const int LongestMessage = 2000;

    public static RunFault Of(SubmitReply.Rejected reply, CompiledPrompt prompt) =>
        new(FaultCode.InvalidWorkflow, reply.Nodes.IsEmpty ? $"ComfyUI refused the prompt: {reply.Message}" : Describe(reply.Nodes, prompt),
            Node: NodeOf(reply.Nodes, prompt));

    public static RunFault Of(SubmitReply.AcceptedInPart reply, CompiledPrompt prompt) =>
        new(FaultCode.InvalidWorkflow, Describe(reply.Nodes, prompt), Node: NodeOf(reply.Nodes, prompt));

    public static RunFault Of(PromptEnd.Failed end, Workflow workflow)
    {
        var node = end.Node is null ? null : new FaultNode(end.Node, end.NodeClass, workflow.TagOf(end.Node));
        var message = Shorten(end.Message.Trim());
        return end.IsOutOfMemory
            ? new(FaultCode.GpuOutOfMemory, message.Length > 0 ? message : "The GPU ran out of memory.", Node: node)
            : new(FaultCode.NodeFailed, $"{end.ExceptionType}: {message}", Node: node);
    }

    private static string Describe(ImmutableArray<NodeError> nodes, CompiledPrompt prompt) => Shorten(
        "ComfyUI refused the prompt. " + string.Join(" ", nodes.SelectMany(
                n => n.Errors.Select(e => $"{NameOf(n, prompt)}: {e.Message}{Sentence(e.Details)}"))));

    private static string NameOf(NodeError node, CompiledPrompt prompt) =>
        prompt.TagOf(node.Node) is { } tag ? $"{node.Class} {node.Node} [{tag}]" : $"{node.Class} {node.Node}";

    private static string Sentence(string details) => details.Length == 0 ? "." : $" ({details}).";

    private static FaultNode? NodeOf(ImmutableArray<NodeError> nodes, CompiledPrompt prompt) =>
        nodes is [var first, ..] ? new(first.Node, first.Class, prompt.TagOf(first.Node)) : null;

    private static string Shorten(string text) => text.Length <= LongestMessage ? text : $"{text[..LongestMessage]}…";
}
