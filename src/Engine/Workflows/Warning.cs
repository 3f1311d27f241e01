namespace ComfyFunc.Engine.Workflows;

/// <summary>Something in a workflow that an author should know of and that keeps nobody from saving it.</summary>
/// <param name="Pointer">An RFC 6901 JSON pointer into the prompt; in the answer to a save, into the body that was sent.</param>
public sealed record Warning(string Code, string Detail, string Pointer);
