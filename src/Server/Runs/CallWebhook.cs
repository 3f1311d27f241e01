using System.Collections.Immutable;

namespace ComfyFunc.Server.Runs;

/// <summary>What one call wants to be told of its run, and where.</summary>
public sealed record CallWebhook(Uri Url, ImmutableArray<string> Events);
