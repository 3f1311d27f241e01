namespace ComfyFunc.Adapters.Storage;

/// <summary>What a browser may call a download.</summary>
public static class DownloadName
{
    // It stands in links and headers, which have their limits.
    private const int Longest = 200;
    private const int LongestExtension = 16;

    /// <param name="fileName">Untrusted text: it may hold folders, lines, or nothing, and be of any length.</param>
    public static string Of(string fileName)
    {
        var name = string.Concat(fileName.Where(c => !char.IsControl(c)));
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        return name.Trim('.').Length == 0 ? "file" : name.Length > Longest ? Shortened(name) : name;
    }

    // What programs go by is at the end.
    private static string Shortened(string name)
    {
        var extension = Path.GetExtension(name) is { Length: <= LongestExtension } known ? known : "";
        var start = name[..(Longest - extension.Length)];
        return (char.IsHighSurrogate(start[^1]) ? start[..^1] : start).TrimEnd() + extension;
    }
}
