using System.Buffers.Binary;

namespace ComfyFunc.Server.Media;

/// <summary>The comments of FLAC, Opus and Vorbis: <c>NAME=value</c>, one after the other.</summary>
internal static class VorbisComments
{
    private const int LongestName = 64;

    /// <param name="at">Where the comments are in the file.</param>
    public static Flaw? Read(ReadOnlySpan<byte> comments, long at, SavedTexts texts)
    {
        if (!TryTake(ref comments, out _) || comments.Length < 4)
        {
            return Flaw.CutOff(at);
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(comments);
        comments = comments[4..];
        for (var i = 0u; i < count; i++)
        {
            if (!TryTake(ref comments, out var comment))
            {
                return Flaw.CutOff(at);
            }

            if (comment.IndexOf((byte)'=') is > 0 and <= LongestName and var end
                && texts.Add(SavedTexts.Decode(comment[..end]), comment[(end + 1)..], at) is { } flaw)
            {
                return flaw;
            }
        }

        return null;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (rest.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(rest) is var length && length > rest.Length - 4)
        {
            return false;
        }

        taken = rest.Slice(4, (int)length);
        rest = rest[(4 + (int)length)..];
        return true;
    }
}
