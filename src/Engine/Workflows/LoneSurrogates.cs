using System.Globalization;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Makes JSON readable that names half a character, as Python writes a file name that is no UTF-8: each half becomes U+FFFD.
/// </summary>
internal static class LoneSurrogates
{
    private const int Length = 6;

    public static ReadOnlyMemory<byte> Repair(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("\\ud"u8) < 0 && json.Span.IndexOf("\\uD"u8) < 0)
        {
            return json;
        }

        var bytes = json.ToArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != (byte)'\\')
            {
                continue;
            }

            if (UnitAt(bytes, i) is not { } unit || !char.IsSurrogate(unit))
            {
                i++; // An escape is two bytes at least, and the second may be a backslash.
            }
            else if (char.IsHighSurrogate(unit) && UnitAt(bytes, i + Length) is { } next && char.IsLowSurrogate(next))
            {
                i += (2 * Length) - 1;
            }
            else
            {
                "\\ufffd"u8.CopyTo(bytes.AsSpan(i));
                i += Length - 1;
            }
        }

        return bytes;
    }

    private static char? UnitAt(ReadOnlySpan<byte> bytes, int at) =>
        at + Length <= bytes.Length && bytes[at] == (byte)'\\' && bytes[at + 1] == (byte)'u'
        && ushort.TryParse(bytes.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
        ? (char)unit : null;
}
