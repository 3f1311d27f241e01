using System.Collections.Immutable;
using ComfyFunc.Engine.Stats;

namespace ComfyFunc.Server.Stats;

/// <summary>What the runs of one minute came to whose end one process has seen.</summary>
internal sealed record StatsRow(DateTimeOffset Minute, ImmutableArray<StatsLine> Lines);
