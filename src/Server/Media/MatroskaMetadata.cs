using System.Buffers.Binary;
using System.Numerics;

namespace ComfyFunc.Server.Media;

/// <summary>
/// WebM and Matroska: tags, titles, attachments, chapters and names of tracks become <c>Void</c> elements of the same length, so that no
/// position changes. ComfyUI writes the prompt into tags.
/// </summary>
internal static class MatroskaMetadata
{
    private const int MostElements = 1_000_000;

    private const uint Ebml = 0x1A45DFA3;
    public const uint Segment = 0x18538067;
    private const uint SeekHead = 0x114D9B74;
    private const uint Seek = 0x4DBB;
    private const uint SeekId = 0x53AB;
    private const uint Info = 0x1549A966;
    private const uint MuxingApp = 0x4D80;
    private const uint WritingApp = 0x5741;
    private const uint Tracks = 0x1654AE6B;
    private const uint TrackEntry = 0xAE;
    public const uint Cluster = 0x1F43B675;
    private const uint Cues = 0x1C53BB6B;
    private const uint Crc32 = 0xBF;
    private const uint Void = 0xEC;

    public static bool Recognises(ReadOnlySpan<byte> head) => head.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(head) == Ebml;

    public static bool Strip(Stream file)
    {
        var elements = 0;
        return ElementAt(file, 0, file.Length) is { Id: Ebml, IsOpen: false } header
            && ElementAt(file, header.End, file.Length) is { Id: Segment } segment
            && segment.End == file.Length
            && Walk(file, segment, ref elements);
    }

    private static bool Walk(Stream file, MatroskaElement parent, ref int elements)
    {
        MatroskaElement? checksum = null;
        for (var at = parent.Content; at < parent.End;)
        {
            if (++elements > MostElements || ElementAt(file, at, parent.End) is not { } element)
            {
                return false;
            }

            // A cluster of unknown length ends where something begins that is no part of it: its parts are taken for the segment's.
            at = element.IsOpen ? element.Content : element.End;
            if (element.IsOpen && element.Id != Cluster)
            {
                return false;
            }

            checksum = element.Id == Crc32 ? element : checksum;
            switch (HandlingOf(parent.Id, element.Id))
            {
                case Handling.Descend when !Walk(file, element, ref elements):
                    return false;
                case Handling.Follow when PointsToWhatGoes(file, element):
                case Handling.Drop:
                    WriteVoid(file, element);
                    break;
                case Handling.Blank:
                    InPlace.Fill(file, element.Content, element.End, (byte)' ');
                    break;
            }
        }

        // A checksum covers what is no longer there.
        if (checksum is { } sum)
        {
            WriteVoid(file, sum);
        }

        return true;
    }

    private static Handling HandlingOf(uint parent, uint id) => (parent, id) switch
    {
        (_, Crc32) => Handling.Keep,
        (_, Void) => Handling.Drop,
        (Segment, SeekHead or Info or Tracks) or (Tracks, TrackEntry) => Handling.Descend,
        (Segment, Cluster or Cues) => Handling.Keep,
        // Of a cluster of unknown length: timestamp, blocks, position, size.
        (Segment, 0xE7 or 0xA3 or 0xA0 or 0xA7 or 0xAB) => Handling.Keep,
        (SeekHead, Seek) => Handling.Follow,
        // Identities, scale, duration, date.
        (Info, 0x73A4 or 0x3CB923 or 0x3EB923 or 0x4444 or 0x2AD7B1 or 0x4489 or 0x4461) => Handling.Keep,
        (Info, MuxingApp or WritingApp) => Handling.Blank, // Must be there, may be blank.
        // Its name; the codec's name, settings and links.
        (TrackEntry, 0x536E or 0x258688 or 0x3A9697 or 0x3B4040 or 0x26B240) => Handling.Drop,
        (TrackEntry, _) => Handling.Keep,
        _ => Handling.Drop,
    };

    private static bool PointsToWhatGoes(Stream file, MatroskaElement seek)
    {
        var target = new byte[4];
        return ElementAt(file, seek.Content, seek.End) is { Id: SeekId, IsOpen: false } id
            && (id.End - id.Content != target.Length
                || !InPlace.TryRead(file, id.Content, target)
                || HandlingOf(Segment, BinaryPrimitives.ReadUInt32BigEndian(target)) is Handling.Drop);
    }

    private static void WriteVoid(Stream file, MatroskaElement element)
    {
        var total = element.End - element.Start;
        Span<byte> header = stackalloc byte[9];
        header[0] = (byte)Void;
        BinaryPrimitives.WriteUInt64BigEndian(header[1..], (1UL << 56) | (ulong)(total - 9)); // A length of eight bytes,
        if (total - 2 < 0x7F)
        {
            header = header[..2];
            header[1] = (byte)(0x80 | (total - 2)); // or of one.
        }

        InPlace.Write(file, element.Start, header);
        InPlace.Fill(file, element.Start + header.Length, element.End);
    }

    public static MatroskaElement? ElementAt(Stream file, long at, long end)
    {
        var header = new byte[(int)Math.Min(12, end - at)];
        return InPlace.TryRead(file, at, header)
            && WidthOf(header) is > 0 and <= 4 and var idWidth && header.Length > idWidth
            && WidthOf(header.AsSpan(idWidth)) is > 0 and var sizeWidth && header.Length >= idWidth + sizeWidth
            && at + idWidth + sizeWidth is var content
            && (Number(header.AsSpan(idWidth, sizeWidth)) & ((1UL << (7 * sizeWidth)) - 1)) is var size
            && (size == (1UL << (7 * sizeWidth)) - 1) is var isOpen
            && (isOpen || size <= (ulong)(end - content))
            ? new((uint)Number(header.AsSpan(0, idWidth)), at, content, isOpen ? end : content + (long)size, isOpen)
            : null;
    }

    private static int WidthOf(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty || bytes[0] == 0 ? 0 : BitOperations.LeadingZeroCount((uint)bytes[0]) - 23;

    private static ulong Number(ReadOnlySpan<byte> bytes)
    {
        var number = 0UL;
        foreach (var b in bytes)
        {
            number = (number << 8) | b;
        }

        return number;
    }

    private enum Handling
    {
        Keep,
        Descend,
        Follow,
        Blank,
        Drop,
    }
}

/// <summary>An element of Matroska, and where its content is.</summary>
/// <param name="IsOpen">Whether it does not say how long it is.</param>
internal readonly record struct MatroskaElement(uint Id, long Start, long Content, long End, bool IsOpen);
