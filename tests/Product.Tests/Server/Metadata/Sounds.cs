using static ComfyFunc.Tests.Server.Metadata.Sample;

namespace ComfyFunc.Tests.Server.Metadata;

/// <summary>Sounds with a secret in them.</summary>
internal static class Sounds
{
    public static Sample Flac => FlacWith("sound.flac", []);

    public static Sample FlacBehindId3 => FlacWith("tagged.flac", Id3());

    public static Sample Mp3 => MpegWith("sound.mp3", [0xFF, 0xFB, 0x90, 0x00], 417);

    /// <summary>Version 2, which has half the rates and shorter frames.</summary>
    public static Sample Mp3OfVersion2 => MpegWith("low.mp3", [0xFF, 0xF3, 0x80, 0x00], 208);

    public static Sample Aac => MpegWith("sound.aac", [0xFF, 0xF1, 0x50, 0x80, 0x19, 0x1F, 0xFC], 200);

    public static Sample Opus
    {
        get
        {
            byte[] head = Page(2, 0, [.. "OpusHead"u8, 1, 1, .. new byte[9]], number: 0);
            byte[] comment = [.. "OpusTags"u8, .. Little(4), .. "Lavf"u8, .. Little(1), .. Little(LongSecret.Length), .. LongSecret];
            var (sound, last) = (Content(400, 2), Content(200, 3));
            byte[] told = [.. Page(0, 0, comment[..(255 * 255)], number: 1), .. Page(1, 0, comment[(255 * 255)..], number: 2)];
            return new("sound.opus", [.. head, .. told, .. Page(0, 960, sound, number: 3), .. Page(4, 1920, last, number: 4)],
                [head, Page(0, 0, [.. "OpusTags"u8, .. new byte[8]], number: 1), Page(0, 960, sound, number: 2),
                    Page(4, 1920, last, number: 3)]);
        }
    }

    public static Sample Vorbis
    {
        get
        {
            byte[] head = Page(2, 0, [1, .. "vorbis"u8, .. new byte[23]], number: 0);
            byte[] comment = [3, .. "vorbis"u8, .. Little(Secret.Length), .. Secret, .. Little(1), .. Little(Secret.Length), .. Secret,
                1];
            byte[] setup = [5, .. "vorbis"u8, .. Content(600, 2)];
            byte[] sound = Page(4, 960, Content(100, 3), number: 2);
            return new("sound.ogg", [.. head, .. Page(0, 0, [comment, setup], number: 1), .. sound],
                [head, Page(0, 0, [[3, .. "vorbis"u8, .. new byte[8], 1], setup], number: 1), sound]);
        }
    }

    public static Sample Wav
    {
        get
        {
            var (format, data) = (Chunk("fmt ", Content(16)), Chunk("data", Content(301, 2)));
            byte[] told = [.. Chunk("LIST", [.. "INFO"u8, .. Chunk("ICMT", Secret)]), .. Chunk("bext", Secret), .. Chunk("iXML", Secret),
                .. Chunk("id3 ", Secret), .. Chunk("JUNK", Secret), .. Chunk("_PMX", Secret)];
            return new("sound.wav", [.. Chunk("RIFF", [.. "WAVE"u8, .. format, .. told, .. data, .. told]), .. Secret], [format, data],
                KeepsPlaces: true);
        }
    }

    /// <summary>More than four gigabytes have a place to be counted in: here they are few.</summary>
    public static Sample LongWav
    {
        get
        {
            byte[] data = [.. "data"u8, .. Little(-1), .. Content(300, 2)];
            byte[] sizes = Chunk("ds64", [.. new byte[8], .. Little(300), .. Little(0), .. new byte[12]]);
            return new("long.wav", [.. "RF64"u8, .. Little(-1), .. "WAVE"u8, .. sizes, .. Chunk("fmt ", Content(16)), .. data,
                .. Chunk("id3 ", Secret)], [sizes, data], KeepsPlaces: true);
        }
    }

    private static Sample FlacWith(string name, byte[] before)
    {
        byte[] Block(int type, byte[] content) => [(byte)type, .. Big(content.Length)[1..], .. content];
        byte[] frame = [0xFF, 0xF8, .. Content(200, 2)];
        var sum = Crc(frame, 0x8005, 16);
        frame = [.. frame, (byte)(sum >> 8), (byte)sum];
        byte[] kept = Block(0, Content(34));
        byte[] told = [.. Block(4, LongSecret), .. Block(2, Secret), .. Block(6, Secret), .. Block(1, Secret), .. Block(5, Secret)];
        byte[] seeks = Block(3, Content(18, 3));
        return new(name, [.. before, .. "fLaC"u8, .. kept, .. told, .. seeks, .. Block(0x84, Secret), .. frame, .. frame, .. Id3v1()],
            [[.. "fLaC"u8, .. kept, (byte)(seeks[0] | 0x80), .. seeks[1..], .. frame, .. frame]]);
    }

    private static Sample MpegWith(string name, byte[] header, int length)
    {
        byte[] sound = [.. Enumerable.Range(0, 3).SelectMany(i => (byte[])[.. header, .. Content(length - header.Length, i)])];
        byte[] ape = [.. "APETAGEX"u8, .. Little(2000), .. Little(Secret.Length + 32), .. Little(1),
            .. Little(unchecked((int)0xA000_0000)), .. new byte[8]];
        byte[] lyrics = [.. "LYRICSBEGIN"u8, .. Secret];
        return new(name, [.. Id3(), .. Id3(), .. sound, .. ape, .. Secret, .. ape, .. lyrics,
            .. Ascii($"{lyrics.Length:000000}LYRICS200"), .. Id3v1()], [sound]);
    }

    private static byte[] Id3() =>
        [.. "ID3"u8, 4, 0, 0, 0, (byte)(LongSecret.Length >> 14), (byte)((LongSecret.Length >> 7) & 0x7F),
        (byte)(LongSecret.Length & 0x7F), .. LongSecret];

    private static byte[] Id3v1() => [.. "TAG"u8, .. Secret, .. new byte[125 - Secret.Length]];

    public static byte[] Page(byte flags, long granule, byte[] packet, int number) => Page(flags, granule, [packet], number);

    public static byte[] Page(byte flags, long granule, byte[][] packets, int number)
    {
        // A packet of 255 segments goes on.
        byte[] segments = [.. packets.SelectMany(p => Enumerable.Repeat((byte)255,
            p.Length / 255).Append((byte)(p.Length % 255))).Take(255)];
        byte[] end = [(byte)segments.Length, .. segments, .. packets.SelectMany(p => p)];
        byte[] start = [.. "OggS\0"u8, flags, .. BitConverter.GetBytes(granule), .. Little(77), .. Little(number)];
        return [.. start, .. Little((int)Crc([.. start, 0, 0, 0, 0, .. end], 0x04C1_1DB7, 32)), .. end];
    }
}
