using System.Buffers;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// A pooled piece of a stream, up to <see cref="Capacity"/> bytes. Grows with its content, so many small files cost little memory.
/// </summary>
internal sealed class Block : IDisposable
{
    public const int Capacity = 4 * 1024 * 1024;

    private const int FirstCapacity = 64 * 1024;
    private byte[] buffer;

    private Block(int capacity) => buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => Segment;

    public ReadOnlyMemory<byte> Memory => Segment;

    /// <summary>The pooled bytes, good until the block is disposed.</summary>
    public ArraySegment<byte> Segment => new(buffer, 0, Length);

    /// <summary>Reads until the block is full or the stream ends; a block that is not full is the last one.</summary>
    public static async Task<Block> ReadAsync(Stream content, long? lengthHint, CancellationToken cancellationToken)
    {
        var block = new Block((int)Math.Clamp(lengthHint + 1 ?? FirstCapacity, 1, Capacity));
        try
        {
            await block.FillAsync(content, cancellationToken);
            return block;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (buffer.Length == 0)
        {
            return;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private async Task FillAsync(Stream content, CancellationToken cancellationToken)
    {
        while (Length < Capacity)
        {
            if (Length == buffer.Length)
            {
                Grow();
            }

            var room = Math.Min(buffer.Length, Capacity) - Length;
            var read = await content.ReadAsync(buffer.AsMemory(Length, room), cancellationToken);
            if (read == 0)
            {
                return;
            }

            Length += read;
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 4, Capacity));
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
