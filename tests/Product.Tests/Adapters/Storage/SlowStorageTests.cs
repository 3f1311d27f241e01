using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>Storage that answers late, by bytes, by halves or with what is not its own holds nobody longer than silence does.</summary>
public sealed class SlowStorageTests
{
    private const int Part = 4 << 20;

    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_waits_for_all_that_it_asks_no_longer_than_for_one_thing()
    {
        using var storage = new AnsweringStorage((_, _) => LateAsync(3));
        var (table, _) = storage.Over(clock);
        using (CallPatience.Begin(clock))
        {
            await AskAsync(table, 3);
            await Assert.ThrowsAsync<StorageUnavailableException>(() => table.FindAsync("p", "r", Cancellation));
            Assert.Equal(3, storage.Asked);
        }

        await AskAsync(table, 20); // Nobody waits for that.
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 1)]
    public async Task A_page_that_is_slow_to_find_is_cut_short_for_a_call(bool isCall, int asked)
    {
        using var storage = new AnsweringStorage((_, _) =>
        {
            clock.Advance(TimeSpan.FromSeconds(4.5));
            var page = new HttpResponseMessage { Content = new StringContent("""{"value":[]}""", Encoding.UTF8, "application/json") };
            page.Headers.Add("x-ms-continuation-NextPartitionKey", "a");
            return Task.FromResult(page);
        });
        var (table, _) = storage.Over(clock);
        using var call = isCall ? CallPatience.Begin(clock) : null;
        var page = await table.PageAsync(new(), null, Cancellation);

        Assert.Empty(page.Documents);
        Assert.NotNull(page.Continuation);
        Assert.Equal(asked, storage.Asked);
    }

    [Fact]
    public async Task What_a_call_asks_at_once_takes_its_patience_once_and_what_it_waits_for_elsewhere_takes_none()
    {
        var answers = new TaskCompletionSource();
        using var storage = new AnsweringStorage(async (_, _) =>
        {
            await answers.Task;
            return new(HttpStatusCode.NotFound);
        });
        var (table, _) = storage.Over(clock);
        using var call = CallPatience.Begin(clock);
        var asked = Enumerable.Range(0, 5).Select(_ => table.FindAsync("p", "r", Cancellation)).ToArray();
        clock.Advance(TimeSpan.FromSeconds(2));
        answers.SetResult();
        await Task.WhenAll(asked);
        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(CallPatience.Longest - TimeSpan.FromSeconds(2), call.Left);
    }

    [Fact]
    public async Task What_goes_on_beside_a_call_or_after_it_is_no_part_of_it()
    {
        using var storage = new AnsweringStorage((_, _) => LateAsync(3));
        var (table, _) = storage.Over(clock);
        var call = CallPatience.Begin(clock);
        await Task.Run(async () =>
        {
            CallPatience.Leave();
            await AskAsync(table, 5);
        }, Cancellation);
        Assert.Equal(CallPatience.Longest, call.Left);

        call.Dispose();
        await AskAsync(table, 5);
    }

    [Fact]
    public async Task Who_had_little_time_left_does_not_say_that_storage_is_away()
    {
        var isDeaf = true;
        using var storage = new AnsweringStorage(async (_, token) =>
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            await Task.Delay(isDeaf ? Timeout.Infinite : 0, token);
            return new(HttpStatusCode.NotFound);
        });
        var (table, _) = storage.Over(clock);
        using (var call = CallPatience.Begin(clock))
        {
            using (call.Waiting())
            {
                clock.Advance(CallPatience.Longest - TimeSpan.FromSeconds(1));
            }

            await Assert.ThrowsAsync<StorageUnavailableException>(() => table.FindAsync("p", "r", Cancellation));
        }

        isDeaf = false;
        await AskAsync(table, 1);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task Storage_that_says_it_does_not_serve_is_not_asked_again_for_a_moment(HttpStatusCode status)
    {
        using var storage = new AnsweringStorage((_, _) =>
            Task.FromResult(new HttpResponseMessage(status) { Headers = { RetryAfter = new(TimeSpan.FromMinutes(1)) } }));
        var (table, _) = storage.Over(clock);
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => table.FindAsync("p", "r", Cancellation));
        }

        Assert.Equal(1, storage.Asked);
        clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => table.FindAsync("p", "r", Cancellation));
        Assert.Equal(2, storage.Asked);
    }

    [Fact]
    public async Task One_row_that_storage_cannot_read_keeps_nobody_from_others()
    {
        var (isAsked, answers) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var storage = new AnsweringStorage(async (request, _) =>
        {
            if (!request.RequestUri!.ToString().Contains("bad", StringComparison.Ordinal))
            {
                return new(HttpStatusCode.NotFound);
            }

            isAsked.TrySetResult();
            await answers.Task;
            return new(HttpStatusCode.InternalServerError) { Headers = { RetryAfter = new(TimeSpan.FromMinutes(1)) } };
        });
        var (table, _) = storage.Over(clock);
        var bad = table.FindAsync("p", "bad", Cancellation);
        await isAsked.Task;
        clock.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(table, 1);
        answers.SetResult();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => bad);
        await AskAsync(table, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Part - 1)]
    [InlineData(3 * Part)]
    public async Task Storage_that_takes_nothing_of_a_file_is_given_up(int bytes)
    {
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start(); // Connections are made, and nobody reads.
        var endpoint = $"http://127.0.0.1:{((IPEndPoint)deaf.LocalEndpoint).Port}/a";
        var clients = new StorageClients(
            new() { ConnectionString = $"AccountName=a;AccountKey=AAAA;BlobEndpoint={endpoint};TableEndpoint={endpoint}" }, new(),
            new(TimeProvider.System, TimeSpan.FromSeconds(0.3)));
        var put = clients.BlobsOf("c").PutAsync("a", new MemoryStream(new byte[bytes]), new("x/y"), Cancellation);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => put.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
    }

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(3, false)]
    public async Task A_file_may_be_taken_slowly_but_not_by_drops(double seconds, bool isTaken)
    {
        using var storage = new AnsweringStorage(async (request, token) =>
        {
            await using var body = new Taking(() => clock.Advance(TimeSpan.FromSeconds(seconds)), token);
            await request.Content!.CopyToAsync(body, token);
            return new(HttpStatusCode.Created);
        });
        var (_, blobs) = storage.Over(clock);
        using var call = CallPatience.Begin(clock);
        var put = blobs.PutAsync("a", new MemoryStream(new byte[2 * Part]), new("x/y"), Cancellation);
        if (isTaken)
        {
            Assert.IsType<PutReply.Stored>(await put);
        }
        else
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => put);
        }
    }

    [Theory]
    [InlineData(7, 2)]
    [InlineData(0, 4)]
    [InlineData(4, 4)]
    public async Task A_file_that_is_read_whole_is_silent_for_as_long_as_one_answer_may_be(int before, int between)
    {
        using var storage = new AnsweringStorage((_, _) =>
        {
            clock.Advance(TimeSpan.FromSeconds(before));
            return Task.FromResult(Holding(new Dropping(() => clock.Advance(TimeSpan.FromSeconds(between))), 1000));
        });
        var (_, blobs) = storage.Over(clock);
        var since = clock.GetTimestamp();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => blobs.ReadBytesAsync("a", Part, Cancellation));
        Assert.InRange(clock.GetElapsedTime(since).TotalSeconds, 8, 10);
    }

    [Fact]
    public async Task A_file_that_flows_may_take_longer()
    {
        var content = new byte[4 * Part];
        Random.Shared.NextBytes(content);
        using var storage = new AnsweringStorage((_, _) => Task.FromResult(Holding(new MemoryStream(content), content.Length)));
        var (_, blobs) = storage.Over(clock);

        Assert.Equal(content, await blobs.ReadBytesAsync("a", int.MaxValue, Cancellation));
    }

    [Theory]
    [InlineData(200, "text/html", "<html><body>Sign in</body></html>", true)]
    [InlineData(404, "text/html", "<html><body>Not here</body></html>", true)]
    [InlineData(302, "text/html", "", true)]
    [InlineData(200, "application/json", """{"PartitionKey":"p","RowKey":"r","odata.etag":"x","Json":"{""", false)]
    [InlineData(200, "application/json", """{"value":[{"a":1}""", false)]
    [InlineData(200, "application/xml", "<EnumerationResults><Blobs><Blob><Name>a</Name></Blob>", false)]
    public async Task What_is_none_of_storage_s_answers_is_none(int status, string type, string text, bool isForeign)
    {
        using var storage = new AnsweringStorage((_, _) => Task.FromResult(
            new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(text, Encoding.UTF8, type) }))
        {
            IsForeign = isForeign,
        };
        var (table, blobs) = storage.Over(clock);
        foreach (Func<Task> act in (Func<Task>[])
        [
            () => table.FindAsync("p", "r", Cancellation), () => table.PageAsync(new(), null, Cancellation),
            () => blobs.ListAsync("", Cancellation).CountAsync(Cancellation).AsTask(),
            .. isForeign
                ? (Func<Task>[])[() => blobs.ReadBytesAsync("a", Part, Cancellation), () => blobs.FindAsync("a", Cancellation)] : [],
        ])
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            var told = await Assert.ThrowsAsync<StorageUnavailableException>(act);
            Assert.Contains($"{status} {type}", told.Message, StringComparison.Ordinal);
        }
    }

    private static async Task AskAsync(IDocumentTable table, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Null(await table.FindAsync("p", "r", Cancellation));
        }
    }

    private static HttpResponseMessage Holding(Stream content, long length) => new()
    {
        Content = new StreamContent(content) { Headers = { ContentLength = length, ContentType = new("x/y") } },
        Headers = { ETag = new EntityTagHeaderValue("\"x\"") },
    };

    private Task<HttpResponseMessage> LateAsync(double seconds)
    {
        clock.Advance(TimeSpan.FromSeconds(seconds));
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
    }

    /// <summary>Gives a byte at a time, each after a while.</summary>
    private sealed class Dropping(Action before) : ReadOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            before();
            cancellationToken.ThrowIfCancellationRequested();
            buffer.Span[0] = 1;
            return new(1);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    /// <summary>Takes each piece after a while.</summary>
    private sealed class Taking(Action before, CancellationToken stop) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            before();
            stop.ThrowIfCancellationRequested();
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
