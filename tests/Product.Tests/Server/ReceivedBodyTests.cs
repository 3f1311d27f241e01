using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Connections;

namespace ComfyFunc.Tests.Server;

/// <summary>Whoever reads a body leaves no read behind that goes on.</summary>
public sealed class ReceivedBodyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_that_is_cancelled_ends_with_what_comes()
    {
        using var sent = new Sent();
        using var cancelled = new CancellationTokenSource();
        var body = new ReceivedBody(sent);
        var read = body.ReadAsync(new byte[10], cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        Assert.False(read.IsCompleted);
        sent.Next.SetResult(5);

        Assert.Equal(5, await read);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => body.ReadAsync(new byte[10], cancelled.Token).AsTask());
    }

    [Fact]
    public async Task That_the_caller_has_hung_up_is_not_said_to_be_a_cancellation()
    {
        using var sent = new Sent();
        sent.Next.SetException(new TaskCanceledException("The request was aborted", new ConnectionAbortedException()));

        await Assert.ThrowsAsync<ConnectionResetException>(() => new ReceivedBody(sent).ReadAsync(new byte[10], Cancellation).AsTask());
    }

    private sealed class Sent : MemoryStream
    {
        public TaskCompletionSource<int> Next { get; } = new();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Next.Task.WaitAsync(cancellationToken));
    }
}
