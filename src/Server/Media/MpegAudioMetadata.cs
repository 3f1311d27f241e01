namespace ComfyFunc.Server.Media;

/// <summary>MP3 and AAC in ADTS: only whole frames of sound stay. ComfyUI writes the prompt into ID3.</summary>
internal static class MpegAudioMetadata
{
    private static readonly int[] Layer1 = [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
    private static readonly int[] Layer2 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
    private static readonly int[] Layer3 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] Layer1OfVersion2 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
    private static readonly int[] Layers2And3OfVersion2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    private static readonly int[] Rates = [44_100, 48_000, 32_000];

    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith("ID3"u8) || FrameLength(file) > 0;

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        var sound = AudioTags.Without(file);
        var at = 0;
        while (FrameLength(sound[at..]) is > 0 and var length && length <= sound.Length - at)
        {
            at += length;
        }

        return at > 0 && !sound[at..].ContainsAnyExcept((byte)0) ? sound[..at].ToArray() : null;
    }

    /// <summary>Reads the tags that stand before the sound.</summary>
    public static Flaw? Read(ReadOnlySpan<byte> file, SavedTexts texts)
    {
        var at = 0;
        while (AudioTags.Id3At(file[at..]) is > 0 and var length)
        {
            if (length > file.Length - at)
            {
                return Flaw.CutOff(at);
            }

            var tag = file.Slice(at, length);
            if (Id3Texts.Read(tag[AudioTags.Id3Header..], tag[3], tag[5], at + AudioTags.Id3Header, texts) is { } flaw)
            {
                return flaw;
            }

            at += length;
        }

        return file.Length < AudioTags.Id3Header ? Flaw.CutOff(0) : null;
    }

    /// <returns>0 when no frame begins here.</returns>
    private static int FrameLength(ReadOnlySpan<byte> at)
    {
        if (at.Length < 6 || at[0] != 0xFF || (at[1] & 0xE0) != 0xE0)
        {
            return 0;
        }

        var (version, layer) = ((at[1] >> 3) & 3, 4 - ((at[1] >> 1) & 3));
        if (layer == 4)
        {
            return (at[1] & 0xF0) == 0xF0 && (((at[3] & 3) << 11) | (at[4] << 3) | (at[5] >> 5)) is >= 7 and var adts ? adts : 0;
        }

        var (rate, bitrate) = ((at[2] >> 2) & 3, at[2] >> 4);
        return version == 1 || rate == 3 || bitrate is 0 or 15
            ? 0
            : FrameLength(version == 3, layer, KilobitsOf(version == 3, layer)[bitrate] * 1000, RateOf(version, rate), (at[2] >> 1) & 1);
    }

    private static int RateOf(int version, int rate) => version switch
    {
        3 => Rates[rate], // Version 1,
        2 => Rates[rate] / 2, // 2,
        _ => Rates[rate] / 4, // and 2.5.
    };

    private static int FrameLength(bool isVersion1, int layer, int bitrate, int rate, int padding) => layer switch
    {
        1 => ((12 * bitrate / rate) + padding) * 4,
        3 when !isVersion1 => (72 * bitrate / rate) + padding,
        _ => (144 * bitrate / rate) + padding,
    };

    private static int[] KilobitsOf(bool isVersion1, int layer) => (isVersion1, layer) switch
    {
        (true, 1) => Layer1,
        (true, 2) => Layer2,
        (true, _) => Layer3,
        (false, 1) => Layer1OfVersion2,
        _ => Layers2And3OfVersion2,
    };
}
