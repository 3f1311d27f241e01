namespace ComfyFunc.Server.Runs;

/// <summary>A run that takes long, as whoever sees to it that somebody drives it is told of it.</summary>
/// <param name="Until">When to look after it first; <see langword="null"/> where nobody drives it any more.</param>
/// <param name="Step">How far its row was when it was told. What does not go on from there until then is driven by nobody.</param>
public sealed record KeptRun(string Run, DateTimeOffset? Until, int Step);
