namespace ComfyFunc.Adapters.Comfy;

/// <summary>Where a host is, and what opens the door before it.</summary>
/// <param name="Url">Without user, query and fragment, ending in a slash: fit to be shown.</param>
public sealed record HostAddress(Uri Url, HostDoor? Door = null)
{
    /// <summary>The address of something on the host, with the query that the door wants. Secret.</summary>
    internal Uri Of(string path)
    {
        var query = Door?.Query is { Length: > 0 } wanted ? $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{wanted}" : "";
        return new Uri(Url, path + query);
    }

    /// <summary>Whether two addresses lead to the same server, as far as can be told from them.</summary>
    public static bool IsSame(Uri a, Uri b) =>
        a.Scheme == b.Scheme && string.Equals(a.IdnHost, b.IdnHost, StringComparison.OrdinalIgnoreCase) && a.Port == b.Port
        && a.AbsolutePath.TrimEnd('/') == b.AbsolutePath.TrimEnd('/');
}
