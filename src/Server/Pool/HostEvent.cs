using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Pool;

/// <summary>What a host says has happened on it. It may say so late, twice or never.</summary>
internal abstract record HostEvent
{
    private HostEvent() { }

    /// <summary>A prompt is in its history now.</summary>
    public sealed record Ended(PromptId Prompt) : HostEvent;

    /// <summary>Its process is about to end.</summary>
    public sealed record Leaving : HostEvent;

    private const int MostEvents = 1_000;
    private const string Rule = "The body is {\"events\":[{\"type\":\"ended\",\"promptId\":\"…\"}]}.";

    /// <returns>The events, or everything that is wrong with them.</returns>
    public static (ImmutableArray<HostEvent> Events, ImmutableArray<Fault> Faults) Read(ReadOnlyMemory<byte> body)
    {
        switch (StrictJson.Parse(body))
        {
            case StrictJson.Malformed malformed:
                return ([], [malformed.Fault with { Code = FaultCode.InvalidRequest }]);
            case StrictJson.Parsed { Root: { ValueKind: JsonValueKind.Object } root }
                when BodyMembers.Given(root, "events") is { ValueKind: JsonValueKind.Array } list:
                var faults = ImmutableArray.CreateBuilder<Fault>();
                faults.AddRange(BodyMembers.Unknown(root, "The body", ["events"]));
                if (list.GetArrayLength() is 0 or > MostEvents)
                {
                    faults.Add(new(FaultCode.InvalidRequest, $"events are 1 to {MostEvents}.", "/events"));
                }

                ImmutableArray<HostEvent> events = faults.Count > 0 ? []
                    : [.. list.EnumerateArray().Select((e, i) => Read(e, JsonPointer.Of("events", $"{i}"), faults)).OfType<HostEvent>()];
                return (events, faults.ToImmutable());
            default:
                return ([], [new(FaultCode.InvalidRequest, Rule, "")]);
        }
    }

    private static HostEvent? Read(JsonElement one, string pointer, ImmutableArray<Fault>.Builder faults)
    {
        if (one.ValueKind is not JsonValueKind.Object)
        {
            faults.Add(new(FaultCode.InvalidRequest, "An event is an object with a type.", pointer));
            return null;
        }

        faults.AddRange(BodyMembers.Unknown(one, "An event", ["id", "type", "promptId", "status", "at"])
            .Select(f => f with { Pointer = pointer + f.Pointer }));
        switch (BodyMembers.Given(one, "type") is { ValueKind: JsonValueKind.String } type ? type.GetString() : null)
        {
            case "ended" when BodyMembers.Given(one, "promptId") is { ValueKind: JsonValueKind.String } id
                && Guid.TryParse(id.GetString(), out var prompt):
                return new Ended(new(prompt));
            case "ended":
                // Others prompt under ids of their own making.
                if (BodyMembers.Given(one, "promptId") is not { ValueKind: JsonValueKind.String })
                {
                    faults.Add(new(FaultCode.InvalidRequest, "promptId is the prompt's id.", JsonPointer.Under(pointer, "promptId")));
                }

                return null;
            case "leaving":
                return new Leaving();
            default:
                faults.Add(new(FaultCode.InvalidRequest, "type is ended or leaving.", JsonPointer.Under(pointer, "type")));
                return null;
        }
    }
}
