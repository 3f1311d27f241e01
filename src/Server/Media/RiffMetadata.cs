using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace ComfyFunc.Server.Media;

/// <summary>WAV (RF64 too) and AVI: INFO, ID3, broadcast and XML chunks become <c>JUNK</c> of the same length: nothing moves.</summary>
internal static class RiffMetadata
{
    private const int MostChunks = 100_000;
    private const int Deepest = 8;

    private static readonly FrozenSet<string> Kept = FrozenSet.Create(
        "fmt ", "fact", "data", "ds64", "smpl", "inst", "cue ", "PEAK",
        "avih", "strh", "strf", "strd", "indx", "vprp", "dmlh", "idx1", "LIST movi");

    private static readonly FrozenSet<string> Lists = FrozenSet.Create("LIST hdrl", "LIST strl", "LIST odml");

    public static bool Recognises(ReadOnlySpan<byte> head) =>
        head.Length >= 12
        && (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8) || head.StartsWith("BW64"u8))
        && (head[8..].StartsWith("WAVE"u8) || head[8..].StartsWith("AVI "u8));

    public static bool Strip(Stream file)
    {
        var chunks = 0;
        var header = new byte[12];
        for (long at = 0, end; at < file.Length; at = end)
        {
            // A large AVI goes on in further RIFFs.
            if (!InPlace.TryRead(file, at, header) || !IsRiff(header, isFirst: at == 0))
            {
                InPlace.Fill(file, at, file.Length);
                return at > 0;
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
            end = length == uint.MaxValue ? file.Length : at + 8 + length + (length & 1);
            if (end > file.Length + 1 || end < at + header.Length)
            {
                return false;
            }

            end = Math.Min(end, file.Length);
            if (!Walk(file, at + header.Length, end, 0, ref chunks))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsRiff(ReadOnlySpan<byte> header, bool isFirst) =>
        isFirst ? Recognises(header) : header.StartsWith("RIFF"u8) && header[8..].StartsWith("AVIX"u8);

    private static bool Walk(Stream file, long at, long end, int depth, ref int chunks)
    {
        var wideData = 0L;
        while (end - at >= 8)
        {
            if (++chunks > MostChunks || ChunkAt(file, at, end, ref wideData) is not { } chunk)
            {
                return false;
            }

            if (Lists.Contains(chunk.Type))
            {
                if (depth == Deepest || !Walk(file, chunk.Content + 4, chunk.End, depth + 1, ref chunks))
                {
                    return false;
                }
            }
            else if (!Kept.Contains(chunk.Type))
            {
                InPlace.Write(file, at, "JUNK"u8);
                InPlace.Fill(file, chunk.Content, chunk.End);
            }

            at = Math.Min(end, chunk.End + ((chunk.End - chunk.Content) & 1));
        }

        InPlace.Fill(file, at, end);
        return true;
    }

    private static Chunk? ChunkAt(Stream file, long at, long end, ref long wideData)
    {
        var header = new byte[24];
        var seen = (int)Math.Min(header.Length, end - at);
        if (!InPlace.TryRead(file, at, header.AsSpan(0, seen)))
        {
            return null;
        }

        var type = Encoding.Latin1.GetString(header, 0, 4);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
        if (type == "ds64" && seen == header.Length)
        {
            wideData = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16));
        }

        if (type == "data" && length == uint.MaxValue)
        {
            length = wideData > 0 ? wideData : long.MaxValue;
        }

        return length > end - at - 8 || (type == "LIST" && length < 4) ? null
            : new(type == "LIST" ? $"LIST {Encoding.Latin1.GetString(header, 8, 4)}" : type, at + 8, at + 8 + length);
    }

    private readonly record struct Chunk(string Type, long Content, long End);
}
