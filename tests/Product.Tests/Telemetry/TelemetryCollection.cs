namespace ComfyFunc.Tests.Telemetry;

/// <summary>OpenTelemetry listens to a whole process by names: what listens so runs when nothing else does.</summary>
[CollectionDefinition(nameof(TelemetryCollection), DisableParallelization = true)]
public sealed class TelemetryCollection;
