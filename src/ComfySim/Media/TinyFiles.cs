namespace ComfyFunc.ComfySim.Media;

/// <summary>The smallest files that readers take for what their names say.</summary>
internal static class TinyFiles
{
    /// <summary>A file type box and an empty one for the media.</summary>
    public static byte[] Mp4 { get; } = [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0, .. "isomiso2"u8, 0, 0, 0, 8, .. "mdat"u8];

    /// <summary>One transparent pixel.</summary>
    public static byte[] Gif { get; } =
    [
        .. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x21, 0xF9, 4, 1, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2,
        2, 0x44, 1, 0, 0x3B,
    ];
}
