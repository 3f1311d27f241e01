using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Startup;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>Whoever starts the product hears in bounded time that its storage does not serve.</summary>
public class StoragePreparationTests
{
    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_does_not_wait_for_long_though_nobody_says_that_storage_is_away()
    {
        var start = new StoragePreparation(new EndlessTables(), new MemoryBlobStore(), clock).StartAsync(Cancellation);
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(start.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        var late = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
        Assert.Equal("J: storage does not answer: it took too long. Start it, or correct the setting.",
            StorageFailure.Describe(late, "J", address: null));
    }

    private sealed class EndlessTables : IDocumentTables
    {
        public bool AreShared => true;

        public IDocumentTable this[string name] => throw new InvalidOperationException("They are not there yet.");

        public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
