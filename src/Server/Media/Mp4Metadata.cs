using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace ComfyFunc.Server.Media;

/// <summary>
/// MP4, MOV and M4A: every box that is not needed to play the file becomes a <c>free</c> box of the same length, so that no offset changes.
/// ComfyUI writes the prompt into <c>moov/udta/meta</c> or <c>moov/meta</c>.
/// </summary>
internal static class Mp4Metadata
{
    private const int MostBoxes = 1_000_000;
    private const int Deepest = 16;

    private static readonly FrozenSet<string> Starts = FrozenSet.Create("ftyp", "moov", "mdat", "wide", "free", "skip");

    private static readonly FrozenSet<string> Containers = FrozenSet.Create(
        "moov", "trak", "mdia", "minf", "dinf", "edts", "stbl", "mvex", "moof", "traf", "mfra", "gmhd", "tapt");

    private static readonly FrozenSet<string> Kept = FrozenSet.Create(
        "ftyp", "styp", "mdat", "sidx", "ssix", "pdin", "prft",
        "mvhd", "iods", "pssh", "ctab", "mehd", "trex", "leva",
        "tkhd", "tref", "trgr", "load", "clef", "prof", "enof", "elst",
        "mdhd", "elng", "vmhd", "smhd", "hmhd", "nmhd", "sthd", "gmin", "tmcd", "dref",
        "stsd", "stts", "ctts", "cslg", "stss", "stsh", "stps", "sdtp", "stsc", "stsz", "stz2", "stco", "co64",
        "stdp", "padb", "sgpd", "sbgp", "subs", "saiz", "saio",
        "mfhd", "tfhd", "tfdt", "trun", "tfra", "mfro", "senc");

    public static bool Recognises(ReadOnlySpan<byte> head) =>
        head.Length >= 8 && Starts.Contains(Encoding.Latin1.GetString(head.Slice(4, 4)));

    public static bool Strip(Stream file)
    {
        var seen = new Seen();
        return Walk(file, 0, file.Length, 0, seen) && seen is { HasMovie: true, HasData: true };
    }

    private static bool Walk(Stream file, long at, long end, int depth, Seen seen)
    {
        while (end - at >= 8)
        {
            if (++seen.Boxes > MostBoxes || BoxAt(file, at, end, depth) is not { } box)
            {
                return false;
            }

            seen.HasMovie |= box.Type == "moov";
            seen.HasData |= box.Type == "mdat";
            if (Containers.Contains(box.Type))
            {
                if (depth == Deepest || !Walk(file, box.Content, box.End, depth + 1, seen))
                {
                    return false;
                }
            }
            else if (box.Type == "hdlr")
            {
                if (!BlankName(file, box))
                {
                    return false;
                }
            }
            else if (!Kept.Contains(box.Type))
            {
                InPlace.Write(file, at + 4, "free"u8);
                InPlace.Fill(file, box.Content, box.End);
            }

            at = box.End;
        }

        // QuickTime ends some of its lists with four zeros.
        InPlace.Fill(file, at, end);
        return true;
    }

    public static Mp4Box? BoxAt(Stream file, long at, long end, int depth)
    {
        var header = new byte[16];
        if (!InPlace.TryRead(file, at, header.AsSpan(0, (int)Math.Min(16, end - at))))
        {
            return null;
        }

        var (content, length) = BinaryPrimitives.ReadUInt32BigEndian(header) switch
        {
            0 when depth == 0 => (8, end - at),
            1 => (16, (long)Math.Min(long.MaxValue, BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)))),
            var small => (8, small),
        };
        return length >= content && length <= end - at ? new(Encoding.Latin1.GetString(header, 4, 4), at + content, at + length) : null;
    }

    // A handler's name is free text. A track of timed metadata has it in its samples, which are not looked into.
    private static bool BlankName(Stream file, Mp4Box box)
    {
        var fields = new byte[24];
        if (box.End - box.Content < fields.Length || !InPlace.TryRead(file, box.Content, fields) || fields.AsSpan(8).StartsWith("meta"u8))
        {
            return false;
        }

        InPlace.Fill(file, box.Content + fields.Length, box.End);
        return true;
    }

    private sealed class Seen
    {
        public int Boxes { get; set; }

        public bool HasMovie { get; set; }

        public bool HasData { get; set; }
    }
}

/// <summary>A box of MP4, and where its content is.</summary>
internal readonly record struct Mp4Box(string Type, long Content, long End);
