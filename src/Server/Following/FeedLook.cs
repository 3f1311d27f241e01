using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Following;

/// <summary>What has changed since the look before.</summary>
/// <param name="Pool">The pool's load as JSON, where it is another.</param>
/// <param name="Hosts">The hosts that are others, as JSON.</param>
internal sealed record FeedLook(ImmutableArray<SeenRun> Runs, string? Pool, ImmutableArray<string> Hosts, ImmutableArray<HostId> Removed);

/// <summary>A run as it was seen.</summary>
/// <param name="Progress">How far it is, where that is known.</param>
internal sealed record SeenRun(RunRecord Run, ProgressRow? Progress);
