using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>Two processes over one storage, whose requests are counted, and one clock.</summary>
public abstract class TwoRigs : IAsyncLifetime
{
    private protected readonly FakeTimeProvider clock;
    private protected readonly CountingTables tables = new(new MemoryDocumentTables());
    private protected readonly ServerRig rig;
    private protected readonly ServerRig other;

    private protected TwoRigs(DateTimeOffset start)
    {
        clock = new(start);
        (rig, other) = (new ServerRig(clock: clock, tables: tables), new ServerRig(clock: clock, tables: tables));
    }

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        await rig.StartedAsync();
        await other.StartedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        await other.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
