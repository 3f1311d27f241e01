using ComfyFunc.Workflows;

namespace ComfyFunc.Prompts;

/// <summary>A seed that the caller left open, to be drawn before the prompt is compiled.</summary>
/// <param name="Max">The largest value that the node takes.</param>
public sealed record SeedSlot(string Node, string Input, ulong Max, string? Tag);

/// <summary>A seed that has been drawn.</summary>
public sealed record DrawnSeed(string Node, string Input, ulong Value);

/// <summary>Finds the seeds of a workflow: frozen ones would make every run a cached copy of the first.</summary>
internal static class Seeds
{
    public static IEnumerable<SeedSlot> Open(Workflow workflow, CallValues values)
    {
        var set = values.Assignments.Select(a => (a.Node, a.Input)).ToHashSet();
        return from node in workflow.Nodes
               where !values.Bypassed.Contains(node.Id)
               from input in node.Class.Inputs
               where input.IsSeed && node.Find(input.Name) is { Link: null } && !set.Contains((node.Id, input.Name))
               select new SeedSlot(node.Id, input.Name, MaxOf(input), workflow.TagOf(node.Id));
    }

    private static ulong MaxOf(NodeInput input) => input.Max is { } max && max is > 0 and < ulong.MaxValue ? (ulong)max : ulong.MaxValue;
}
