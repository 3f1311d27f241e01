namespace ComfyFunc.Standalone;

/// <summary>The process must not start like this; the message says to its operator what to change.</summary>
public sealed class StartRefusedException(string message) : Exception(message);
