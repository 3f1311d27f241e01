namespace ComfyFunc.Server.Media;

/// <summary>Passes a stream through and keeps all of it, unless it is too long to be kept.</summary>
public sealed class RecordedStream(Stream inner, int most) : KeepingStream(inner)
{
    private MemoryStream? kept = new();

    /// <summary>What has passed; <see langword="null"/> when it was too long.</summary>
    public ReadOnlyMemory<byte>? Content => kept?.GetBuffer().AsMemory(0, (int)kept.Length);

    protected override void Keep(ReadOnlySpan<byte> bytes)
    {
        if (kept?.Length + bytes.Length > most)
        {
            kept = null;
        }

        kept?.Write(bytes);
    }
}
