using System.Buffers.Text;
using System.Text;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Where a page ended. It holds keys instead of the service's own token, so it stays valid when rows come and go.</summary>
internal readonly record struct DocumentCursor(string Partition, string Row)
{
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Partition}\n{Row}"));

    public static bool TryParse(string text, out DocumentCursor cursor)
    {
        var keys = Base64Url.IsValid(text) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('\n') : [];
        cursor = keys is [var partition, var row] ? new(partition, row) : default;
        return keys.Length == 2;
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
