using System.Net;
using System.Text;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>What a call waits for storage is its own.</summary>
public class CallPatienceTests
{
    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_waits_for_a_run_does_not_wait_for_storage()
    {
        using var storage = new AnsweringStorage((request, _) => Task.FromResult(Empty(request)));
        await using var rig = new ServerRig(clock: clock, tables: storage.AllOver(clock).Tables);
        using var call = CallPatience.Begin(clock);
        using (call.Waiting())
        {
            clock.Advance(CallPatience.Longest);
        }

        await Assert.ThrowsAsync<StorageUnavailableException>(() => rig.Get<RunStore>().FindAsync(RunIds.New(clock), Cancellation));
        Assert.Null(await rig.Get<RunWaiter>().WaitAsync(RunIds.New(clock), TimeSpan.FromSeconds(1), Cancellation));
    }

    private static HttpResponseMessage Empty(HttpRequestMessage request) =>
        request.RequestUri!.AbsolutePath.EndsWith("()", StringComparison.Ordinal) // Every request has one.
            ? new() { Content = new StringContent("""{"value":[]}""", Encoding.UTF8, "application/json") }
            : new(request.Method == HttpMethod.Post ? HttpStatusCode.NoContent : HttpStatusCode.NotFound);

    [Fact]
    public async Task A_run_that_a_call_began_takes_nothing_of_the_call_s_patience()
    {
        using var call = CallPatience.Begin(clock);
        var seen = new TaskCompletionSource<CallPatience?>();
        using var loops = new RunLoops(new(See), clock, NullLogger<RunLoops>.Instance);
        Assert.True(loops.Drive(new("r1"), new RunEvent.Accepted(clock.GetUtcNow())));

        Assert.Null(await seen.Task);
        Assert.Same(call, CallPatience.Current);
        await loops.StopAsync(Cancellation);

        RunExecutor See()
        {
            seen.TrySetResult(CallPatience.Current);
            throw new StorageUnavailableException();
        }
    }
}
