namespace ComfyFunc.Engine;

/// <summary>Something that a caller can act on: a machine code, one sentence, and where in the caller's body it is.</summary>
/// <param name="Pointer">An RFC 6901 JSON pointer into the body that the caller sent; <see langword="null"/> when the fault is in no one
/// place.</param>
public sealed record Fault(FaultCode Code, string Detail, string? Pointer = null);
