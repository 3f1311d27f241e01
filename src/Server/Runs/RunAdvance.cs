using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Runs;

/// <summary>What an orchestrator asks of its activity.</summary>
/// <param name="Event">A <see cref="RunEvent"/> as JSON.</param>
public sealed record RunAdvance(string Run, string Event, int Step);
