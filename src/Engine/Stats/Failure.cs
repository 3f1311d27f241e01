using System.Text.RegularExpressions;

namespace ComfyFunc.Engine.Stats;

/// <summary>Why runs of a workflow did not succeed. Messages that differ in numbers and ids alone tell of one cause.</summary>
/// <param name="Class">Of the node at which they failed.</param>
/// <param name="Message">That of the last of them.</param>
public sealed partial record Failure(string Workflow, string Code, string? Class, string? Tag, string Message)
{
    private const int LongestMessage = 300;

    /// <summary>The same for failures of one cause.</summary>
    public FailureKey Key() => new(Workflow.ToLowerInvariant(), Code, Class, Tag, Changing().Replace(Message, "#"));

    public static Failure Of(string workflow, string code, string? @class, string? tag, string message) =>
        new(workflow, code, @class, tag, message.Length <= LongestMessage ? message : $"{message[..LongestMessage]}…");

    // Numbers, ids and hashes.
    [GeneratedRegex(@"\b(0x)?[0-9a-f-]*[0-9][0-9a-f-]*\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Changing();
}

/// <summary>By what failures are told apart.</summary>
public readonly record struct FailureKey(string Workflow, string Code, string? Class, string? Tag, string Text);

/// <summary>Failures of one cause.</summary>
public sealed record FailureGroup(Failure Failure, long Count, DateTimeOffset LastAt, RunId LastRun)
{
    /// <summary>Both, which are of one cause.</summary>
    public FailureGroup Plus(FailureGroup other)
    {
        var byTime = LastAt.CompareTo(other.LastAt);
        var order = byTime != 0 ? byTime : string.CompareOrdinal(LastRun.Value, other.LastRun.Value);
        return (order >= 0 ? this : other) with { Count = Count + other.Count };
    }
}
