namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>A stream of unknown length that gives a little at a time, as a network does, and may break off at its end.</summary>
internal sealed class TricklingStream(byte[] content, bool breaks = false) : Stream
{
    private int position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (breaks && position == content.Length)
        {
            throw new IOException("The line went dead.");
        }

        var read = Math.Min(Math.Min(count, 61_003), content.Length - position);
        content.AsSpan(position, read).CopyTo(buffer.AsSpan(offset));
        position += read;
        return read;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
