namespace ComfyFunc.Adapters.Storage;

/// <summary>What a browser may call a download.</summary>
public static class DownloadName
{
    /// <param name="fileName">Untrusted text: it may hold folders, lines, or nothing.</param>
    public static string Of(string fileName)
    {
        var name = string.Concat(fileName.Where(c => !char.IsControl(c)));
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        return name.Length == 0 ? "file" : name;
    }
}
