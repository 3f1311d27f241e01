using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Startup;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>A call that is sent again while the first one is being made, or was never made to its end.</summary>
public sealed class KeyedCallsTests : IAsyncLifetime
{
    private static readonly CallKey Key = new("key", "fingerprint");

    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ServiceProvider services = new ServiceCollection().AddMemoryStorage().BuildServiceProvider();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IDocumentTables Tables => services.GetRequiredService<IDocumentTables>();

    public async ValueTask InitializeAsync() => await Tables.EnsureCreatedAsync(StoragePreparation.Tables, Cancellation);

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Fact]
    public async Task Who_sends_a_call_again_that_died_with_its_process_gets_its_key_within_seconds()
    {
        using var runs = SomeRun.StoreIn(Tables);
        var first = Assert.IsType<KeyReply.Claimed>(await new KeyedCalls(Tables, runs, clock).ClaimAsync(Key, Cancellation));
        var again = new KeyedCalls(Tables, runs, clock).ClaimAsync(Key, Cancellation);
        var began = clock.GetUtcNow();
        while (!again.IsCompleted && clock.GetUtcNow() - began < TimeSpan.FromMinutes(1))
        {
            await PassAsync();
        }

        Assert.InRange((clock.GetUtcNow() - began).TotalSeconds, 9, 20);
        Assert.NotEqual(first.Run, Assert.IsType<KeyReply.Claimed>(await again).Run);
    }

    [Fact]
    public async Task A_call_that_is_being_made_keeps_its_key_however_long_it_takes()
    {
        using var runs = SomeRun.StoreIn(Tables);
        var calls = new KeyedCalls(Tables, runs, clock);
        var first = Assert.IsType<KeyReply.Claimed>(await calls.ClaimAsync(Key, Cancellation));
        var made = new TaskCompletionSource<int>();
        var making = calls.HoldAsync(Key, first.Run, () => made.Task);
        var again = new KeyedCalls(Tables, runs, clock).ClaimAsync(Key, Cancellation);
        for (var began = clock.GetUtcNow(); clock.GetUtcNow() - began < TimeSpan.FromMinutes(1);)
        {
            await PassAsync();
        }

        Assert.False(again.IsCompleted);
        made.SetResult(7);
        Assert.Equal(7, await making);
        await calls.FreeAsync(Key, Cancellation);
        while (!again.IsCompleted)
        {
            await PassAsync();
        }

        Assert.IsType<KeyReply.Claimed>(await again);
    }

    private async Task PassAsync()
    {
        clock.Advance(TimeSpan.FromMilliseconds(50));
        await Task.Yield();
    }
}
