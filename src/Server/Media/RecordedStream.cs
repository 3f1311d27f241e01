using ComfyFunc.Adapters;

namespace ComfyFunc.Server.Media;

/// <summary>Passes a stream through and keeps all of it, unless it is too long to be kept.</summary>
public sealed class RecordedStream(Stream inner, int most) : ReadOnlyStream
{
    private MemoryStream? kept = new();

    /// <summary>What has passed; <see langword="null"/> when it was too long.</summary>
    public ReadOnlyMemory<byte>? Content => kept?.GetBuffer().AsMemory(0, (int)kept.Length);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Keep(buffer.Span[..read]);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Keep(buffer.AsSpan(offset, read));
        return read;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (kept?.Length + bytes.Length > most)
        {
            kept = null;
        }

        kept?.Write(bytes);
    }
}
