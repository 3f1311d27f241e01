using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>
/// Makes the saved texts of a workflow that the browser makes anew each time it queues: choices of dynamic prompts, and dates. What a call
/// sets is sent as it is.
/// </summary>
public static class RunTexts
{
    /// <param name="dice">The same dice draw the same choices: the seeds of the run.</param>
    /// <returns>What is to be set beside what the call sets.</returns>
    public static ImmutableArray<Assignment> Of(Workflow workflow, CallValues values, DateTimeOffset now, string dice)
    {
        var made = ImmutableArray.CreateBuilder<Assignment>();
        var set = values.Assignments.Select(a => (a.Node, a.Input)).ToHashSet();
        foreach (var node in workflow.Nodes.Where(n => !n.Notes.IsEmpty && !values.Bypassed.Contains(n.Id)))
        {
            made.AddRange(node.Notes.DynamicPrompts.Select(input => Made(node, input, t => Drawn(t, $"{dice}\n{node.Id}\n{input}"))
                ).OfType<Assignment>());
            made.AddRange(node.Notes.Dates.Select(input => Made(node, input, t => DateMarks.Replace(t, now))).OfType<Assignment>());
        }

        return [.. made.Where(a => !set.Contains((a.Node, a.Input)))];
    }

    private static Assignment? Made(PromptNode node, string input, Func<string, string> make) =>
        node.Find(input) is { Link: null, Value: { ValueKind: JsonValueKind.String } saved }
        && make(saved.GetString()!) is var text && !saved.ValueEquals(text) // A string is never null.
            ? new() { Node = node.Id, Input = input, Value = JsonSerializer.SerializeToElement(text) } : null;

    private static string Drawn(string text, string dice)
    {
        var throws = 0;
        return DynamicPrompt.Process(text, count => (int)(Thrown($"{dice}\n{throws++}") % (uint)count)).Text;
    }

    private static uint Thrown(string dice) => BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(dice)));
}
