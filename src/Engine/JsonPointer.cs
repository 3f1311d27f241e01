namespace ComfyFunc.Engine;

/// <summary>Writes RFC 6901 pointers, and reads their segments.</summary>
public static class JsonPointer
{
    public static string Of(params ReadOnlySpan<string> segments) => Under("", segments);

    public static string Under(string pointer, params ReadOnlySpan<string> segments)
    {
        foreach (var segment in segments)
        {
            pointer += "/" + segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        }

        return pointer;
    }

    /// <summary>What a segment of a pointer stands for.</summary>
    public static string Unescape(string segment) =>
        segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
