using System.Text;

namespace ComfyFunc.ComfySim;

/// <summary>
/// An answer that a host gives instead of its own: odd bytes on demand. <c>Find</c>/<c>With</c> changes the true answer;
/// <c>Body</c> or <c>Bytes</c> stands in its place, with <c>{answer}</c> or <c>{history}</c> for the true one, <c>{prompt_id}</c> for the
/// prompt that it is about and <c>{entry}</c> for that prompt's history entry.
/// </summary>
public sealed record SimAnswer
{
    /// <summary>The place of WebSocket text frames among the paths.</summary>
    public const string Socket = "ws";

    private static readonly string[] Placeholders = ["{answer}", "{history}", "{prompt_id}", "{entry}"];

    /// <summary>
    /// A path such as <c>/history</c>, which is also that of <c>/history/{id}</c>; <c>*</c> for all; <c>ws</c> for text frames.
    /// </summary>
    public required string At { get; init; }

    public string? Find { get; init; }

    /// <summary>What stands where <see cref="Find"/> was.</summary>
    public string With { get; init; } = "";

    public string? Body { get; init; }

    /// <summary>A body that is no text.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Unset: that of the true answer, and 200 when nobody asks for that.</summary>
    public int? Status { get; init; }

    /// <summary>Unset: that of the true answer, and JSON when nobody asks for that.</summary>
    public string? ContentType { get; init; }

    /// <summary>How often; 0 is always. A true answer in which <see cref="Find"/> is not found does not count.</summary>
    public int Times { get; init; }

    /// <summary>Only where the true answer tells of a prompt that has ended, so that a host never ends a prompt by an odd word.</summary>
    public bool OnlyEnded { get; init; }

    /// <summary>Only frames of this type of event.</summary>
    public string? Event { get; init; }

    /// <summary>Whether the true answer is needed to give this one; if not, what was asked for is not done either.</summary>
    internal bool NeedsTruth =>
        OnlyEnded || Find is not null || (Body is null && Bytes.IsEmpty)
        || Array.Exists(Placeholders, p => Template.Contains(p, StringComparison.Ordinal));

    // Latin-1 has a character for each byte, so that text can be replaced among bytes that are none.
    private string Template => Encoding.Latin1.GetString(Body is null ? Bytes.Span : Encoding.UTF8.GetBytes(Body));

    internal bool IsAt(string path) =>
        At == "*" ? path != Socket : path == At || (path.StartsWith(At, StringComparison.Ordinal) && path[At.Length] == '/');

    /// <returns>The body to send; null when this answer does not fit the true one.</returns>
    internal byte[]? Made(byte[] truth, string promptId, Func<string, byte[]> entryOf)
    {
        var text = Encoding.Latin1.GetString(truth);
        if (Find is not null)
        {
            var find = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Find));
            return text.Contains(find, StringComparison.Ordinal)
                ? Encoding.Latin1.GetBytes(
                    text.Replace(find, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(With)), StringComparison.Ordinal))
                : null;
        }

        if (Body is null && Bytes.IsEmpty)
        {
            return truth;
        }

        var made = Template.Replace("{prompt_id}", promptId, StringComparison.Ordinal)
            .Replace("{answer}", text, StringComparison.Ordinal).Replace("{history}", text, StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(
            made.Contains("{entry}", StringComparison.Ordinal)
                ? made.Replace("{entry}", Encoding.Latin1.GetString(entryOf(promptId)), StringComparison.Ordinal) : made);
    }
}
