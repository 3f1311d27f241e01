using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// How runs of a version are treated, where the call does not say:
/// <c>{"prompt":{…},"settings":{"finishWithin":600,"stripMetadata":true,"hiddenSeeds":"saved"}}</c>.
/// </summary>
/// <param name="StartWithin">How long a run may wait for its first slot.</param>
/// <param name="FinishWithin">How long a run may take from its acceptance to its end.</param>
/// <param name="StripMetadata">Whether the prompt that ComfyUI writes into files is taken out before they are stored.</param>
/// <param name="HiddenSeeds">What becomes of seeds that no tag exposes.</param>
public sealed record WorkflowSettings(TimeSpan? StartWithin = null, TimeSpan? FinishWithin = null, bool StripMetadata = false,
    HiddenSeeds HiddenSeeds = HiddenSeeds.Auto)
{
    private const int LongestDeadline = 24 * 60 * 60;

    /// <param name="around">What lies around the prompt; <see langword="null"/> when nothing does.</param>
    /// <returns><see langword="null"/> when the document sets nothing.</returns>
    public static (WorkflowSettings? Settings, ImmutableArray<Fault> Faults) Read(JsonElement? around)
    {
        if (around is not { } envelope || !envelope.TryGetProperty("settings", out var given))
        {
            return (null, []);
        }

        if (given.ValueKind is not JsonValueKind.Object)
        {
            return (null,
                [new(FaultCode.InvalidWorkflow,
                    "settings is an object such as {\"finishWithin\":600,\"stripMetadata\":true}.", "/settings")]);
        }

        var faults = ImmutableArray.CreateBuilder<Fault>();
        var settings = new WorkflowSettings();
        foreach (var member in given.EnumerateObject())
        {
            settings = member.Name switch
            {
                "startWithin" or "finishWithin" or "stripMetadata" or "hiddenSeeds"
                    when member.Value.ValueKind is JsonValueKind.Null => settings,
                "startWithin" => settings with { StartWithin = Seconds(member, faults) },
                "finishWithin" => settings with { FinishWithin = Seconds(member, faults) },
                "stripMetadata" => settings with { StripMetadata = Flag(member, faults) },
                "hiddenSeeds" => settings with { HiddenSeeds = Seeds(member, faults) },
                _ => Refuse(settings, member.Name, faults),
            };
        }

        return (settings == new WorkflowSettings() ? null : settings, faults.ToImmutable());
    }

    private static TimeSpan? Seconds(JsonProperty member, ImmutableArray<Fault>.Builder faults)
    {
        if (member.Value.ValueKind is JsonValueKind.Number && member.Value.TryGetDouble(out var seconds)
            && seconds is >= 1 and <= LongestDeadline)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        faults.Add(new(FaultCode.InvalidWorkflow, $"{member.Name} is a number of seconds from 1 to {LongestDeadline}.",
            $"/settings/{member.Name}"));
        return null;
    }

    private static bool Flag(JsonProperty member, ImmutableArray<Fault>.Builder faults)
    {
        if (member.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            faults.Add(new(FaultCode.InvalidWorkflow, $"{member.Name} is true or false.", $"/settings/{member.Name}"));
        }

        return member.Value.ValueKind is JsonValueKind.True;
    }

    private static HiddenSeeds Seeds(JsonProperty member, ImmutableArray<Fault>.Builder faults)
    {
        var known = Enum.GetValues<HiddenSeeds>()
            .Where(h => member.Value.ValueKind is JsonValueKind.String
                && member.Value.GetString()!.Equals($"{h}", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (known.Length == 0)
        {
            faults.Add(new(FaultCode.InvalidWorkflow, "hiddenSeeds is auto, saved or random.", $"/settings/{member.Name}"));
        }

        return known.FirstOrDefault();
    }

    // Entity tags are made of this: settings that were stored before a member was known keep theirs.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture,
            $"StartWithin = {StartWithin}, FinishWithin = {FinishWithin}, StripMetadata = {StripMetadata}");
        if (HiddenSeeds is not HiddenSeeds.Auto)
        {
            builder.Append(CultureInfo.InvariantCulture, $", HiddenSeeds = {HiddenSeeds}");
        }

        return true;
    }

    private static WorkflowSettings Refuse(WorkflowSettings settings, string name, ImmutableArray<Fault>.Builder faults)
    {
        string[] known = ["startWithin", "finishWithin", "stripMetadata", "hiddenSeeds"];
        faults.Add(new(FaultCode.InvalidRequest,
            $"settings has startWithin, finishWithin, stripMetadata and hiddenSeeds, and nothing else.{Suggestion.Nearest(name, known)}",
            $"/settings{JsonPointer.Of(name)}"));
        return settings;
    }
}
