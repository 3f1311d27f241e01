using System.Buffers.Text;
using System.Text;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Where a page ended. It holds keys instead of the service's own token, so it stays valid when rows come and go.</summary>
internal readonly record struct DocumentCursor(string Partition, string Row)
{
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Partition}\n{Row}"));

    /// <exception cref="FormatException"><paramref name="text"/> is no continuation.</exception>
    public static DocumentCursor? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var keys = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('\n');
        return keys.Length == 2 ? new(keys[0], keys[1]) : throw new FormatException("The continuation is malformed.");
    }
}
