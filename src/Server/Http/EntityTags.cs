namespace ComfyFunc.Server.Http;

/// <summary>Compares the lists of entity tags that If-Match and If-None-Match hold (RFC 9110, section 13.1).</summary>
public static class EntityTags
{
    /// <param name="header">A list of tags, or <c>*</c> for any that exists.</param>
    /// <param name="tag">The tag of what exists; <see langword="null"/> when nothing does.</param>
    public static bool Match(string header, string? tag) =>
        tag is not null && header.Split(',', StringSplitOptions.TrimEntries).Any(t => t == "*" || t == tag || t == $"W/{tag}");
}
