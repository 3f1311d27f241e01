using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ComfyFunc.Server.Http;

/// <summary>Compares the entity tags that If-Match and If-None-Match hold (RFC 9110, section 13.1).</summary>
public static class EntityTags
{
    /// <summary>Whether If-Match lets a request through: it is not sent, or names what exists. A weak tag names nothing here.</summary>
    /// <param name="tag">The tag of what exists, in its quotes; <see langword="null"/> when nothing does.</param>
    public static bool MeetsIfMatch(StringValues header, string? tag) =>
        header.Count == 0 || Names(header, tag, useStrongComparison: true);

    /// <summary>Whether If-None-Match lets a request through: it is not sent, or names nothing that exists.</summary>
    /// <param name="tag">The tag of what exists, in its quotes; <see langword="null"/> when nothing does.</param>
    public static bool MeetsIfNoneMatch(StringValues header, string? tag) =>
        header.Count == 0 || !Names(header, tag, useStrongComparison: false);

    private static bool Names(StringValues header, string? tag, bool useStrongComparison) =>
        tag is not null && EntityTagHeaderValue.TryParse(tag, out var own)
        && EntityTagHeaderValue.TryParseList(header, out var listed)
        && listed.Any(t => t.Equals(EntityTagHeaderValue.Any) || own.Compare(t, useStrongComparison));
}
