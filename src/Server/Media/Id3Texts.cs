using System.Buffers.Binary;
using System.Text;

namespace ComfyFunc.Server.Media;

/// <summary>The texts of an ID3 tag that have names of their own (<c>TXXX</c>), where ComfyUI puts graph and prompt of MP3 files.</summary>
internal static class Id3Texts
{
    private const byte Unsynchronised = 0x80;
    private const byte Extended = 0x40;
    private const int FrameHeader = 10;

    /// <param name="tag">Its content, behind its header.</param>
    /// <param name="version">2.<c>version</c>.</param>
    /// <param name="at">Where the content is in the file.</param>
    public static Flaw? Read(ReadOnlySpan<byte> tag, byte version, byte flags, long at, SavedTexts texts)
    {
        // Of 2.2 and older, which ComfyUI never wrote, frames are another thing. So are tags that hide what looks like sound.
        if (version is not (3 or 4) || (flags & (Unsynchronised | Extended)) != 0)
        {
            return null;
        }

        for (var start = 0; tag.Length - start >= FrameHeader && tag[start] != 0;)
        {
            var header = tag.Slice(start, FrameHeader);
            var length = version == 4 ? (uint)AudioTags.SyncSafe(header[4..]) : BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
            if (length > tag.Length - start - FrameHeader)
            {
                return new("has a tag with a frame that goes on beyond its end", at + start);
            }

            var content = tag.Slice(start + FrameHeader, (int)length);
            if (header.StartsWith("TXXX"u8) && header[9] == 0 && AddText(content, at + start, texts) is { } flaw)
            {
                return flaw;
            }

            start += FrameHeader + (int)length;
        }

        return null;
    }

    private static Flaw? AddText(ReadOnlySpan<byte> content, long at, SavedTexts texts)
    {
        if (content.IsEmpty)
        {
            return null;
        }

        var text = content[0] switch
        {
            1 => Utf16(content[1..]),
            2 => Encoding.BigEndianUnicode.GetString(content[1..]),
            _ => SavedTexts.Decode(content[1..]),
        };
        return text.IndexOf('\0', StringComparison.Ordinal) is > 0 and var end
            ? texts.Add(text[..end].TrimStart('\uFEFF'), Encoding.UTF8.GetBytes(text[(end + 1)..].TrimStart('\uFEFF')), at) : null;
    }

    private static string Utf16(ReadOnlySpan<byte> text) =>
        (text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode : Encoding.Unicode).GetString(text);
}
