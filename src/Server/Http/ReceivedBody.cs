using ComfyFunc.Adapters;
using Microsoft.AspNetCore.Connections;

namespace ComfyFunc.Server.Http;

/// <summary>
/// A request's body, whose reads are ended by the connection and not by whoever reads: Kestrel takes a read that was cancelled for one that
/// goes on, and calls that an error of the application in its log, though it was the caller who hung up.
/// </summary>
internal sealed class ReceivedBody(Stream inner) : ReadOnlyStream
{
    /// <exception cref="ConnectionResetException">The caller has hung up.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await inner.ReadAsync(buffer, CancellationToken.None);
        }
        catch (OperationCanceledException e)
        {
            throw new ConnectionResetException("The connection was closed.", e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
}
