using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.Server.News;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>Whether the service is ready is known soon, and again by itself.</summary>
public class StorageProbeTests
{
    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Storage_that_is_full_is_found_by_writing_and_is_fine_again_when_there_is_room()
    {
        await using var rig = await new ServerRig().StartedAsync();
        var blobs = new FalteringBlobs(rig.Get<IBlobStore>()) { Trouble = new StorageFullException() };
        var probe = new StorageProbe(rig.Get<HostStore>(), blobs, clock);
        Assert.Null(await probe.TroubleAsync(Cancellation));

        blobs.IsAway = true;
        Assert.Null(await probe.TroubleAsync(Cancellation)); // It was written a moment ago.
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("Storage is full.", await probe.TroubleAsync(Cancellation));
        Assert.Equal("Storage is full.", await probe.TroubleAsync(Cancellation));

        blobs.IsAway = false;
        Assert.Null(await probe.TroubleAsync(Cancellation));
    }

    [Fact]
    public async Task Storage_that_is_away_is_told_from_one_that_is_full()
    {
        await using var rig = await new ServerRig().StartedAsync();
        var probe = new StorageProbe(new HostStore(new WatchedTables { IsAway = true }), rig.Get<IBlobStore>(), clock);
        Assert.Equal("Storage does not answer.", await probe.TroubleAsync(Cancellation));
    }

    [Fact]
    public async Task Storage_that_refuses_is_told_from_both()
    {
        await using var rig = await new ServerRig().StartedAsync();
        var trouble = new StorageRefusedException(403, "AuthorizationFailure");
        var blobs = new FalteringBlobs(rig.Get<IBlobStore>()) { IsAway = true, Trouble = trouble };
        var probe = new StorageProbe(rig.Get<HostStore>(), blobs, clock);
        Assert.Equal("Storage refuses what is asked of it.", await probe.TroubleAsync(Cancellation));
    }

    [Fact]
    public async Task A_write_that_hangs_is_told_for_as_long_as_it_does()
    {
        await using var rig = await new ServerRig().StartedAsync();
        var blobs = new FalteringBlobs(rig.Get<IBlobStore>()) { Held = new() };
        var probe = new StorageProbe(rig.Get<HostStore>(), blobs, clock);
        for (var i = 0; i < 3; i++)
        {
            var asked = probe.TroubleAsync(Cancellation);
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal("Storage does not answer in time.", await asked);
        }

        blobs.Held.SetResult();
        Assert.Null(await probe.TroubleAsync(Cancellation));
    }
}
