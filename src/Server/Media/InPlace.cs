namespace ComfyFunc.Server.Media;

/// <summary>Reads and overwrites parts of a file that may be too large for memory.</summary>
internal static class InPlace
{
    private const int Block = 64 << 10;

    public static bool TryRead(Stream file, long at, Span<byte> bytes)
    {
        if (at < 0 || at > file.Length - bytes.Length)
        {
            return false;
        }

        file.Position = at;
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;
    }

    public static void Write(Stream file, long at, ReadOnlySpan<byte> bytes)
    {
        file.Position = at;
        file.Write(bytes);
    }

    public static void Fill(Stream file, long from, long to, byte with = 0)
    {
        var block = new byte[(int)Math.Clamp(to - from, 0, Block)];
        block.AsSpan().Fill(with);
        for (file.Position = from; from < to; from += Math.Min(to - from, Block))
        {
            file.Write(block.AsSpan(0, (int)Math.Min(to - from, Block)));
        }
    }
}
