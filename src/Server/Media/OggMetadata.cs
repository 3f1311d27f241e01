using System.Buffers;

namespace ComfyFunc.Server.Media;

/// <summary>Ogg with Opus or Vorbis: an empty packet of comments takes the place of the one that ComfyUI writes the prompt into.</summary>
internal static class OggMetadata
{
    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith("OggS"u8);

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        var kept = new ArrayBufferWriter<byte>(file.Length);
        var streams = new Dictionary<int, OggStream>();
        while (!file.IsEmpty)
        {
            if (OggPage.Read(file, out var page) is not (> 0 and var length) || !Copy(page, streams, kept))
            {
                return null;
            }

            file = file[length..];
        }

        return streams.Count > 0 && streams.Values.All(s => s.HasEnded) ? kept.WrittenSpan.ToArray() : null;
    }

    /// <summary>Reads the comments, which are the second packet of a stream.</summary>
    public static Flaw? Read(ReadOnlySpan<byte> file, SavedTexts texts)
    {
        var packets = new Dictionary<int, ArrayBufferWriter<byte>>();
        var isBehindHeads = false;
        for (var at = 0; !isBehindHeads || packets.Count > 0;)
        {
            if (OggPage.Read(file[at..], out var page) is not (> 0 and var length))
            {
                return at == file.Length && packets.Count == 0 ? null
                    : new("has a page that is cut off, or is not as its checksum says", at);
            }

            var begins = (page.Flags & OggPage.Begins) != 0;
            isBehindHeads |= !begins;
            if (begins && (OggStream.HeadersOf(page) > 0 || page.Body.StartsWith("\u007FFLAC"u8)))
            {
                packets[page.Serial] = new();
            }
            else if (packets.TryGetValue(page.Serial, out var packet) && Collect(page, packet))
            {
                packets.Remove(page.Serial);
                if (OggStream.CommentsOf(packet.WrittenSpan) is { IsEmpty: false } comments
                    && VorbisComments.Read(comments, at, texts) is { } flaw)
                {
                    return flaw;
                }
            }

            at += length;
        }

        return null;
    }

    /// <returns>Whether the packet ends on this page.</returns>
    private static bool Collect(OggPage page, ArrayBufferWriter<byte> packet)
    {
        var length = 0;
        foreach (var segment in page.Segments)
        {
            length += segment;
            if (segment < OggPage.MostSegments)
            {
                packet.Write(page.Body[..length]);
                return true;
            }
        }

        packet.Write(page.Body[..length]);
        return false;
    }

    private static bool Copy(OggPage page, Dictionary<int, OggStream> streams, ArrayBufferWriter<byte> kept)
    {
        if ((page.Flags & OggPage.Begins) != 0)
        {
            // A chained file may begin a stream with the number of one that has ended.
            return (!streams.TryGetValue(page.Serial, out var old) || old.HasEnded)
                && OggStream.Begin(page, kept) is { } stream && (streams[page.Serial] = stream) is not null;
        }

        return streams.TryGetValue(page.Serial, out var known) && !known.HasEnded && known.Copy(page, kept);
    }
}

/// <summary>One stream of an Ogg file on its way: first its headers, then its sound.</summary>
internal sealed class OggStream
{
    private const int OpusHeaders = 2;
    private const int VorbisHeaders = 3;

    private readonly List<byte[]> headers = [];
    private readonly ArrayBufferWriter<byte> packet = new();
    private readonly int headersExpected;
    private int pages;

    private OggStream(int headersExpected) => this.headersExpected = headersExpected;

    public bool HasEnded { get; private set; }

    private static ReadOnlySpan<byte> EmptyOpusTags => "OpusTags\0\0\0\0\0\0\0\0"u8;

    private static ReadOnlySpan<byte> EmptyVorbisComment => "\u0003vorbis\0\0\0\0\0\0\0\0\u0001"u8;

    /// <summary>How many packets the stream that begins with this page has before its sound; 0 when it is of another kind.</summary>
    public static int HeadersOf(OggPage page) =>
        page.Body.StartsWith("OpusHead"u8) ? OpusHeaders : page.Body.StartsWith("\u0001vorbis"u8) ? VorbisHeaders : 0;

    /// <summary>The comments of the packet that has them; empty when it is another one.</summary>
    public static ReadOnlySpan<byte> CommentsOf(ReadOnlySpan<byte> packet) =>
        packet.StartsWith(EmptyOpusTags[..8]) ? packet[8..] : packet.StartsWith(EmptyVorbisComment[..7]) ? packet[7..]
        : packet is [4 or 0x84, _, _, _, .. var block] ? block // Of FLAC, which has its own header.
        : default;

    public static OggStream? Begin(OggPage page, ArrayBufferWriter<byte> kept)
    {
        var count = HeadersOf(page);
        if (count == 0 || page.Segments.Length != 1 || page.Segments[0] == 255)
        {
            return null;
        }

        var stream = new OggStream(count - 1);
        page.Write(kept, stream.pages++);
        return stream;
    }

    public bool Copy(OggPage page, ArrayBufferWriter<byte> kept)
    {
        HasEnded = (page.Flags & OggPage.Ends) != 0;
        if (headers.Count == headersExpected)
        {
            page.Write(kept, pages++);
            return true;
        }

        return Collect(page) && (headers.Count < headersExpected ? !HasEnded : WriteHeaders(page.Serial, kept));
    }

    private bool Collect(OggPage page)
    {
        var at = 0;
        foreach (var segment in page.Segments)
        {
            packet.Write(page.Body.Slice(at, segment));
            at += segment;
            if (segment < 255)
            {
                headers.Add(packet.WrittenSpan.ToArray());
                packet.ResetWrittenCount();
            }
        }

        // Sound begins on a page of its own.
        return headers.Count < headersExpected || (headers.Count == headersExpected && packet.WrittenCount == 0);
    }

    private bool WriteHeaders(int serial, ArrayBufferWriter<byte> kept)
    {
        var isOpus = headersExpected == OpusHeaders - 1;
        if (!headers[0].AsSpan().StartsWith(isOpus ? EmptyOpusTags[..8] : EmptyVorbisComment[..7]))
        {
            return false;
        }

        byte[][] packets = [(isOpus ? EmptyOpusTags : EmptyVorbisComment).ToArray(), .. headers.Skip(1)];
        byte[] body = [.. packets.SelectMany(p => p)];
        byte[] segments = [.. packets.SelectMany(p => Enumerable.Repeat((byte)255, p.Length / 255).Append((byte)(p.Length % 255)))];
        for (int from = 0, at = 0; from < segments.Length; from += OggPage.MostSegments)
        {
            var these = segments.AsSpan(from, Math.Min(OggPage.MostSegments, segments.Length - from));
            var length = 0;
            foreach (var segment in these)
            {
                length += segment;
            }

            var continues = from > 0 && segments[from - 1] == 255;
            var ends = HasEnded && from + these.Length == segments.Length;
            new OggPage
            {
                Flags = (byte)((continues ? OggPage.Continues : 0) | (ends ? OggPage.Ends : 0)),
                Granule = these.ContainsAnyExcept((byte)255) ? 0 : -1, // -1 where no packet ends.
                Serial = serial,
                Segments = these,
                Body = body.AsSpan(at, length),
            }.Write(kept, pages++);
            at += length;
        }

        return true;
    }
}
