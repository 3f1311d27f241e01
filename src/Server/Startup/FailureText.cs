namespace ComfyFunc.Server.Startup;

/// <summary>What an exception says, as part of a line for whoever starts the product.</summary>
public static class FailureText
{
    /// <summary>Why it came to it.</summary>
    public static string Root(Exception e) =>
        OneLine(e.GetBaseException() is OperationCanceledException ? "it took too long." : e.GetBaseException().Message);

    public static string OneLine(string text) =>
        string.Join(' ',
            text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) is var line
                && line.EndsWith('.') ? line : $"{line}.";
}
