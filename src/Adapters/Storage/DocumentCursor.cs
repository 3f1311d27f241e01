using System.Buffers.Text;
using System.Text;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Where a page ended. It holds keys instead of the service's own token, so it stays valid when rows come and go.</summary>
/// <param name="Token">The service's own, where it stopped looking before it found anything that has a key to go on from: the look that
/// began at the keys goes on there.</param>
internal readonly record struct DocumentCursor(string Partition, string Row, string? Token = null)
{
    /// <summary>Whether the look began behind a document, and not with the first.</summary>
    public bool HasKeys => Partition.Length > 0 || Row.Length > 0;

    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Partition}\n{Row}{(Token is null ? "" : $"\n{Token}")}"));

    public static bool TryParse(string text, out DocumentCursor cursor)
    {
        var parts = Base64Url.IsValid(text) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('\n') : [];
        cursor = parts switch
        {
            [var partition, var row] => new(partition, row),
            [var partition, var row, { Length: > 1 } token] => new(partition, row, token),
            _ => default,
        };
        return cursor != default;
    }

    /// <exception cref="ArgumentException"><paramref name="text"/> is no continuation.</exception>
    public static DocumentCursor? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return TryParse(text, out var cursor) ? cursor : throw new ArgumentException("No page gave this continuation.", nameof(text));
    }
}
