using System.Globalization;
using System.Text;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// Makes any text a table key, and each another one. Only escaped characters change, so plain names stay readable and in order.
/// </summary>
public static class TableKey
{
    /// <summary>Azure Tables takes keys of up to 1 KiB in UTF-16.</summary>
    public const int LongestKey = 512;

    private const char Mark = '~';

    public static string Escape(string text)
    {
        if (!text.Any(MustEscape))
        {
            return text;
        }

        var key = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (MustEscape(c))
            {
                key.Append(CultureInfo.InvariantCulture, $"{Mark}{(int)c:X4}");
            }
            else
            {
                key.Append(c);
            }
        }

        return key.ToString();
    }

    /// <summary>Refuses a key that Azure Tables would refuse, so that the in-memory twin refuses it too.</summary>
    internal static void Require(string key)
    {
        if (key.Length > LongestKey)
        {
            throw new ArgumentException($"A key has at most {LongestKey} characters.", nameof(key));
        }

        if (key.Any(IsForbidden))
        {
            throw new ArgumentException($"The key '{key}' must be escaped.", nameof(key));
        }
    }

    private static bool IsForbidden(char c) => c is '/' or '\\' or '#' or '?' || char.IsControl(c);

    // '%' is legal, but proxies and older clients decode it once too often. Lone surrogates do not survive UTF-8.
    private static bool MustEscape(char c) => IsForbidden(c) || c is Mark or '%' || char.IsSurrogate(c);
}
