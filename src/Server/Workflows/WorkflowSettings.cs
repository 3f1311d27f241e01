using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Workflows;

/// <summary>How runs of a version are treated, where the call does not say: <c>{"prompt":{…},"settings":{"finishWithin":600,"stripMetadata":true}}</c>.</summary>
/// <param name="StartWithin">How long a run may wait for its first slot.</param>
/// <param name="FinishWithin">How long a run may take from its acceptance to its end.</param>
/// <param name="StripMetadata">Whether the prompt that ComfyUI writes into images is taken out before they are stored.</param>
public sealed record WorkflowSettings(TimeSpan? StartWithin = null, TimeSpan? FinishWithin = null, bool StripMetadata = false)
{
    private const int LongestDeadline = 24 * 60 * 60;

    /// <returns><see langword="null"/> when the document sets nothing.</returns>
    public static (WorkflowSettings? Settings, ImmutableArray<Fault> Faults) Read(JsonElement document)
    {
        if (PromptDocument.Read(document).Document?.Envelope is not { } envelope || !envelope.TryGetProperty("settings", out var given))
        {
            return (null, []);
        }

        if (given.ValueKind is not JsonValueKind.Object)
        {
            return (null, [new("invalid_workflow", "settings is an object such as {\"finishWithin\":600,\"stripMetadata\":true}.", "/settings")]);
        }

        var faults = ImmutableArray.CreateBuilder<Fault>();
        var settings = new WorkflowSettings();
        foreach (var member in given.EnumerateObject())
        {
            settings = member.Name switch
            {
                "startWithin" => settings with { StartWithin = Seconds(member, faults) },
                "finishWithin" => settings with { FinishWithin = Seconds(member, faults) },
                "stripMetadata" => settings with { StripMetadata = Flag(member, faults) },
                _ => Refuse(settings, member.Name, faults),
            };
        }

        return (settings == new WorkflowSettings() ? null : settings, faults.ToImmutable());
    }

    private static TimeSpan? Seconds(JsonProperty member, ImmutableArray<Fault>.Builder faults)
    {
        if (member.Value.ValueKind is JsonValueKind.Number && member.Value.TryGetDouble(out var seconds) && seconds is >= 1 and <= LongestDeadline)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        faults.Add(new("invalid_workflow", $"{member.Name} is a number of seconds from 1 to {LongestDeadline}.", $"/settings/{member.Name}"));
        return null;
    }

    private static bool Flag(JsonProperty member, ImmutableArray<Fault>.Builder faults)
    {
        if (member.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            faults.Add(new("invalid_workflow", $"{member.Name} is true or false.", $"/settings/{member.Name}"));
        }

        return member.Value.ValueKind is JsonValueKind.True;
    }

    private static WorkflowSettings Refuse(WorkflowSettings settings, string name, ImmutableArray<Fault>.Builder faults)
    {
        faults.Add(new("invalid_workflow", "settings has startWithin, finishWithin and stripMetadata, and nothing else.", $"/settings{JsonPointer.Of(name)}"));
        return settings;
    }
}
