namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>A file that is read for as long as its disk answers.</summary>
internal sealed class DiskStream(FileStream file, DiskWork work) : Stream
{
    private const int LongestPart = 64 * 1024;

    private byte[] part = [];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A read that is given up would write into the caller's buffer when that is another's.
        var length = Math.Min(buffer.Length, LongestPart);
        var own = part = part.Length >= length ? part : new byte[length];
        var read = await work.RunAsync(() => StoreFailure.Named(() => file.Read(own, 0, length)), isFile: true, cancellationToken);
        own.AsSpan(0, read).CopyTo(buffer.Span);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
