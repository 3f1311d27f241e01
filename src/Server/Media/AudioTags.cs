using System.Buffers.Binary;
using System.Globalization;

namespace ComfyFunc.Server.Media;

/// <summary>Finds the tags that are put before and behind audio of any format: ID3, APE and Lyrics3.</summary>
internal static class AudioTags
{
    public const int Id3Header = 10;

    private const int Id3v1 = 128;
    private const int ApeFooter = 32;
    private const int LyricsFooter = 15; // Six digits and "LYRICS200".

    /// <returns>What is between the tags; empty when a tag says that it is longer than the file.</returns>
    public static ReadOnlySpan<byte> Without(ReadOnlySpan<byte> file)
    {
        while (Id3At(file) is > 0 and var id3)
        {
            file = file[Math.Min(file.Length, id3)..];
        }

        while (LengthAtEnd(file) is > 0 and var length)
        {
            file = file[..^Math.Min(file.Length, length)];
        }

        return file;
    }

    /// <summary>How long an ID3 tag that begins here says that it is; 0 when none begins.</summary>
    public static int Id3At(ReadOnlySpan<byte> file) => file.Length < Id3Header || !file.StartsWith("ID3"u8) ? 0
        : Id3Header + SyncSafe(file[6..]) + ((file[5] & 0x10) != 0 ? Id3Header : 0);

    private static int LengthAtEnd(ReadOnlySpan<byte> file) => file switch
    {
        _ when file.Length >= Id3v1 && file[^Id3v1..].StartsWith("TAG"u8) => Id3v1,
        _ when file.Length >= ApeFooter && file[^ApeFooter..] is var ape && ape.StartsWith("APETAGEX"u8) => ApeLength(ape),
        _ when file.Length >= LyricsFooter && file.EndsWith("LYRICS200"u8)
            && int.TryParse(file[^LyricsFooter..^9], NumberStyles.None, CultureInfo.InvariantCulture, out var lyrics)
            => lyrics + LyricsFooter,
        _ when file.Length >= Id3Header && file[^Id3Header..] is var id3 && id3.StartsWith("3DI"u8) => SyncSafe(id3[6..]) + (2 * Id3Header),
        _ => 0,
    };

    // The length counts the footer, but no header.
    private static int ApeLength(ReadOnlySpan<byte> footer)
    {
        var hasHeader = (BinaryPrimitives.ReadUInt32LittleEndian(footer[20..]) & 0x8000_0000) != 0;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(footer[12..]) + (hasHeader ? ApeFooter : 0L);
        return (int)Math.Clamp(length, ApeFooter, int.MaxValue);
    }

    public static int SyncSafe(ReadOnlySpan<byte> bytes) =>
        ((bytes[0] & 0x7F) << 21) | ((bytes[1] & 0x7F) << 14) | ((bytes[2] & 0x7F) << 7) | (bytes[3] & 0x7F);
}
