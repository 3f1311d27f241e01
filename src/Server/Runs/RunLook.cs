namespace ComfyFunc.Server.Runs;

/// <summary>A look after a run: whether somebody drives it.</summary>
/// <param name="Step">How far its row was at the last look.</param>
/// <param name="IsLeft">Whether the process that drove it has said that it leaves.</param>
public sealed record RunLook(string Run, int Step, bool IsLeft);
