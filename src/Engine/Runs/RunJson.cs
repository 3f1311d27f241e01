using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Runs;

/// <summary>The wire form of states, events and commands: what Durable, tables and recorded histories hold.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(RunOutcome))]
[JsonSerializable(typeof(RunLimits))]
[JsonSerializable(typeof(Placement))]
public sealed partial class RunJson : JsonSerializerContext;
