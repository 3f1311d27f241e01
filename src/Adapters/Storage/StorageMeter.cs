using System.Collections.Concurrent;
using System.Collections.Immutable;
using Azure.Core;
using Azure.Core.Pipeline;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Counts the requests that go to storage, retries included: what a bill would count.</summary>
public sealed class StorageMeter
{
    private readonly ConcurrentDictionary<StorageRequest, long> counts = new();
    private long faults;

    public long Total => counts.Values.Sum();

    public ImmutableDictionary<StorageRequest, long> Counts => counts.ToImmutableDictionary();

    /// <summary>Requests that storage did not serve: no answer, too busy, full.</summary>
    public long Faults => Interlocked.Read(ref faults);

    public void Reset() => counts.Clear();

    internal HttpPipelinePolicy Policy(string service) => new CountingPolicy(this, service);

    internal void Count(StorageRequest request) => counts.AddOrUpdate(request, 1, (_, n) => n + 1);

    internal void Fault() => Interlocked.Increment(ref faults);

    private sealed class CountingPolicy(StorageMeter meter, string service) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => meter.Count(new(service, message.Request.Method.Method));
    }
}

/// <summary>A kind of request: <c>table</c> or <c>blob</c>, and the HTTP verb.</summary>
public readonly record struct StorageRequest(string Service, string Verb);
