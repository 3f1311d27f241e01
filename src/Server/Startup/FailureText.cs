namespace ComfyFunc.Server.Startup;

/// <summary>What an exception says, as part of a line for whoever starts the product.</summary>
public static class FailureText
{
    /// <summary>Why it came to it.</summary>
    public static string Root(Exception e) => IsLate(e) ? "it took too long." : OneLine(e.GetBaseException().Message);

    public static string OneLine(string text) =>
        string.Join(' ',
            text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) is var line
                && line.EndsWith('.') ? line : $"{line}.";

    // Beneath a cancellation is what was cancelled.
    private static bool IsLate(Exception e) => e is OperationCanceledException || (e.InnerException is { } inner && IsLate(inner));
}
