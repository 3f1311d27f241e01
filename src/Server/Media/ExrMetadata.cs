using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace ComfyFunc.Server.Media;

/// <summary>OpenEXR: attributes that do not say how pixels are stored and meant lose their values, so that no offset changes.</summary>
internal static class ExrMetadata
{
    private const int LongestText = 256;
    private const int MostAttributes = 100_000;
    private const int MultiPart = 0x1000;

    private static readonly FrozenSet<string> Kept = FrozenSet.Create(
        "channels", "compression", "dataWindow", "displayWindow", "lineOrder",
        "pixelAspectRatio", "screenWindowCenter", "screenWindowWidth",
        "tiles", "type", "name", "view", "multiView", "version", "chunkCount", "maxSamplesPerPixel",
        "chromaticities", "whiteLuminance", "adoptedNeutral", "framesPerSecond", "xDensity", "preview");

    public static bool Recognises(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0x76, 0x2F, 0x31, 0x01]);

    public static bool Strip(Stream file)
    {
        var version = new byte[4];
        if (!InPlace.TryRead(file, 4, version))
        {
            return false;
        }

        var isMultiPart = (BinaryPrimitives.ReadInt32LittleEndian(version) & MultiPart) != 0;
        var inHeader = 0;
        long at = 8;
        for (var i = 0; i < MostAttributes; i++)
        {
            if (TextAt(file, at) is not { } name)
            {
                return false;
            }

            at += name.Length + 1;
            if (name.Length == 0)
            {
                // A header ends here; of several, the last one is empty.
                if (!isMultiPart || inHeader == 0)
                {
                    return i > 0 && at < file.Length;
                }

                inHeader = 0;
            }
            else if (!SkipValue(file, name, ref at))
            {
                return false;
            }
            else
            {
                inHeader++;
            }
        }

        return false;
    }

    private static bool SkipValue(Stream file, string name, ref long at)
    {
        var length = new byte[4];
        if (TextAt(file, at) is not { } type || !InPlace.TryRead(file, at + type.Length + 1, length))
        {
            return false;
        }

        var value = at + type.Length + 1 + length.Length;
        at = value + BinaryPrimitives.ReadInt32LittleEndian(length);
        if (at < value || at > file.Length)
        {
            return false;
        }

        if (!Kept.Contains(name))
        {
            Blank(file, type, value, at);
        }

        return true;
    }

    private static void Blank(Stream file, string type, long from, long to)
    {
        InPlace.Fill(file, from, to, type is "string" or "stringvector" ? (byte)' ' : (byte)0);
        if (type == "stringvector" && to - from >= 4)
        {
            var length = new byte[4]; // One blank text is left.
            BinaryPrimitives.WriteInt32LittleEndian(length, (int)(to - from - 4));
            InPlace.Write(file, from, length);
        }
    }

    private static string? TextAt(Stream file, long at)
    {
        var text = new byte[(int)Math.Clamp(file.Length - at, 0, LongestText)];
        return InPlace.TryRead(file, at, text) && text.AsSpan().IndexOf((byte)0) is >= 0 and var end
            ? Encoding.Latin1.GetString(text, 0, end)
            : null;
    }
}
