using System.Buffers;

namespace ComfyFunc.Server.Media;

/// <summary>Takes a stream whole, so that it can be sought: into memory, or into a file that goes with it when it is large.</summary>
internal static class SpooledFile
{
    private const int MostInMemory = 16 << 20;
    private const int Block = 80 << 10;

    /// <returns>At its start; <see langword="null"/> when there are more than <paramref name="maxBytes"/>.</returns>
    public static async Task<Stream?> ReadAsync(Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        Stream spool = new MemoryStream();
        var block = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            for (int read; (read = await content.ReadAsync(block, cancellationToken)) > 0;)
            {
                if (spool.Length + read > maxBytes)
                {
                    await spool.DisposeAsync();
                    return null;
                }

                if (spool is MemoryStream && spool.Length + read > MostInMemory)
                {
                    spool = await ToDiskAsync(spool, cancellationToken);
                }

                await spool.WriteAsync(block.AsMemory(0, read), cancellationToken);
            }

            spool.Position = 0;
            return spool;
        }
        catch
        {
            await spool.DisposeAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static async Task<Stream> ToDiskAsync(Stream memory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, Block, FileOptions.DeleteOnClose);
        memory.Position = 0;
        await memory.CopyToAsync(file, cancellationToken);
        await memory.DisposeAsync();
        return file;
    }
}
