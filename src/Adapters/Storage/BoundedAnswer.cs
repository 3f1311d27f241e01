using Azure.Core;
using Azure.Core.Pipeline;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// Holds an answer that is read before anybody sees it to the request's patience, to its last byte: Azure's own limit begins anew with each
/// part, so that storage which sends a byte now and then is never given up. What is streamed to its reader may take its time.
/// </summary>
internal sealed class BoundedAnswer(Patience patience) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ProcessNext(message, pipeline);
        Bound(message);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        Bound(message);
    }

    private void Bound(HttpMessage message)
    {
        if (message.BufferResponse && message.Response.ContentStream is { } body)
        {
            message.Response.ContentStream = new Body(body, () => patience.LeftOf(message));
        }
    }

    private sealed class Body(Stream inner, Func<TimeSpan> left) : ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            bounded.CancelAfter(left() is var time && time > TimeSpan.Zero ? time : TimeSpan.Zero);
            return await inner.ReadAsync(buffer, bounded.Token);
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
