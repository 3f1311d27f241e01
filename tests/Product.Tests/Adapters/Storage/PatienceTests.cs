using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class PatienceTests
{
    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0, 8)]
    [InlineData(0, 3, 5)]
    [InlineData(0, 9, -1)]
    [InlineData(1 << 20, 0, 16)]
    [InlineData(4 << 20, 10, 30)]
    public void What_is_sent_along_may_take_its_time(int bytes, int passed, int left)
    {
        var patience = new Patience(clock);
        using var message = new HttpMessage(HttpClientTransport.Shared.CreateRequest(), new ResponseClassifier());
        message.Request.Content = RequestContent.Create(new byte[bytes]);
        patience.Begin(message);
        clock.Advance(TimeSpan.FromSeconds(passed));

        Assert.Equal(left, patience.LeftOf(message).TotalSeconds, 3);
    }

    [Fact]
    public void An_outage_is_known_for_a_moment_or_until_storage_answers()
    {
        var outage = new Outage(clock, new());
        Assert.Null(outage.Now);

        var why = new IOException();
        outage.Began("", clock.GetTimestamp(), why);
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Same(why, outage.Now);

        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Null(outage.Now);

        outage.Began("", clock.GetTimestamp(), why);
        outage.Ended();
        Assert.Null(outage.Now);
    }

    [Fact]
    public void What_fails_while_others_are_answered_is_no_outage()
    {
        var outage = new Outage(clock, new());
        var asked = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromSeconds(1));
        outage.Ended();
        clock.Advance(TimeSpan.FromSeconds(1));
        outage.Began("", asked);
        Assert.Null(outage.Now);

        outage.Began("", clock.GetTimestamp());
        Assert.NotNull(outage.Now);
    }

    [Fact]
    public async Task Storage_that_never_answers_is_given_up_and_not_asked_again_at_once()
    {
        using var storage = new AnsweringStorage(async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return new HttpResponseMessage();
        });
        var table = storage.Over(TimeProvider.System, TimeSpan.FromSeconds(0.3)).Table;

        await Assert.ThrowsAsync<StorageUnavailableException>(() => table.FindAsync("p", "r", Cancellation));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => table.FindAsync("p", "r", Cancellation));
        Assert.Equal(1, storage.Asked);
    }

    [Fact]
    public async Task Storage_that_asks_for_more_patience_than_there_is_is_not_waited_for()
    {
        using var storage = new AnsweringStorage((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
        {
            Headers = { RetryAfter = new(TimeSpan.FromMinutes(1)) },
        }));
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => storage.Over(TimeProvider.System).Table.FindAsync("p", "r", Cancellation)
                .WaitAsync(TimeSpan.FromSeconds(8), Cancellation));
        Assert.Equal(1, storage.Asked);
    }

    [Fact]
    public async Task A_busy_moment_of_storage_is_waited_for()
    {
        var isBusy = true;
        using var storage = new AnsweringStorage((_, _) =>
        {
            var status = isBusy ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.NotFound;
            isBusy = false;
            return Task.FromResult(new HttpResponseMessage(status));
        });
        Assert.Null(await storage.Over(TimeProvider.System).Table.FindAsync("p", "r", Cancellation));
        Assert.Equal(2, storage.Asked);
    }

    [Fact]
    public async Task Storage_that_has_no_room_is_said_to_be_full()
    {
        using var storage = new AnsweringStorage((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.InsufficientStorage)));
        await Assert.ThrowsAsync<StorageFullException>(
            () => storage.Over(TimeProvider.System, TimeSpan.FromSeconds(1)).Table.InsertAsync(new("p", "r", "{}"), Cancellation));
    }

    [Fact]
    public async Task An_answer_that_comes_by_bytes_is_given_up_as_one_that_never_comes()
    {
        using var storage = new AnsweringStorage(
            (_, _) => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new Drip()) }));
        var table = storage.Over(TimeProvider.System, TimeSpan.FromSeconds(0.3)).Table;
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => table.FindAsync("p", "r", Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Theory]
    [InlineData(401, "")]
    [InlineData(403, "AuthorizationFailure")]
    [InlineData(404, "TableNotFound")]
    [InlineData(409, "TableBeingDeleted")]
    public async Task A_key_or_a_table_that_is_no_more_is_no_answer(int status, string code)
    {
        using var storage = new AnsweringStorage((_, _) => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent($$"""{"odata.error": {"code": "{{code}}", "message": {"value": "x"} } }"""),
        }));
        var table = storage.Over(TimeProvider.System).Table;
        foreach (Func<Task> act in (Func<Task>[])
        [
            () => table.FindAsync("p", "r", Cancellation), () => table.DeleteAsync("p", "r", null, Cancellation),
            () => table.ReplaceAsync(new("p", "r", "{}") { ETag = "x" }, Cancellation),
            () => table.InsertAsync(new("p", "r", "{}"), Cancellation), () => table.PageAsync(new(), null, Cancellation),
        ])
        {
            Assert.Equal(status, (await Assert.ThrowsAsync<StorageRefusedException>(act)).Status);
        }
    }

    [Theory]
    [InlineData(404, "ResourceNotFound")]
    [InlineData(404, "EntityNotFound")]
    public async Task A_row_that_is_not_there_is_an_answer(int status, string code)
    {
        using var storage = new AnsweringStorage((_, _) => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent($$"""{"odata.error": {"code": "{{code}}", "message": {"value": "x"} } }"""),
        }));
        Assert.Null(await storage.Over(TimeProvider.System).Table.FindAsync("p", "r", Cancellation));
    }

    /// <summary>A byte now and then, for ever.</summary>
    private sealed class Drip : ReadOnlyStream
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Pause, cancellationToken);
            buffer.Span[0] = (byte)' ';
            return 1;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
