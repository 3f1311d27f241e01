using ComfyFunc.Adapters;

namespace ComfyFunc.Server.Media;

/// <summary>Passes a stream through, and shows what passes to whoever keeps some of it.</summary>
public abstract class KeepingStream(Stream inner) : ReadOnlyStream
{
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

    /// <summary>Gets what has just passed.</summary>
    protected abstract void Keep(ReadOnlySpan<byte> bytes);
}
