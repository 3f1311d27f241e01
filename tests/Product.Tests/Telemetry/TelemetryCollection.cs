namespace ComfyFunc.Tests.Telemetry;

/// <summary>OpenTelemetry listens to a whole process by names: tests that switch it on, and those that want silence, take turns.</summary>
[CollectionDefinition(nameof(TelemetryCollection))]
public sealed class TelemetryCollection;
