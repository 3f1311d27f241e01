using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>What a call waits for storage is its own.</summary>
public class CallPatienceTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task A_run_that_a_call_began_takes_nothing_of_the_call_s_patience()
    {
        using var call = CallPatience.Begin(clock);
        var seen = new TaskCompletionSource<CallPatience?>();
        using var loops = new RunLoops(new(See), clock, NullLogger<RunLoops>.Instance);
        Assert.True(loops.Drive(new("r1"), new RunEvent.Accepted(clock.GetUtcNow())));

        Assert.Null(await seen.Task);
        Assert.Same(call, CallPatience.Current);
        await loops.StopAsync(TestContext.Current.CancellationToken);

        RunExecutor See()
        {
            seen.TrySetResult(CallPatience.Current);
            throw new StorageUnavailableException();
        }
    }
}
