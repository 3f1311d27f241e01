using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>What whoever has a link to a file of this server's gets by it, to the last header.</summary>
public sealed class ServedFilesTests : IAsyncLifetime
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
    private ServedRig rig = null!; // Set before each test.

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        rig = await ServedRig.StartAsync(new() { MaxInputBytes = 10_000_000, Cors = new() { Origins = ["https://app.example"] } });

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("bytes=8-15", 206, "bytes 8-15/100")]
    [InlineData("bytes=90-", 206, "bytes 90-99/100")]
    [InlineData("bytes=90-1000", 206, "bytes 90-99/100")]
    [InlineData("bytes=-5", 206, "bytes 95-99/100")]
    [InlineData("bytes=-1000", 206, "bytes 0-99/100")]
    [InlineData("bytes=100-", 416, "bytes */100")]
    [InlineData("bytes=-0", 416, "bytes */100")]
    [InlineData("bytes=0-1,50-51", 200, null)]
    [InlineData("bytes=5-2", 200, null)]
    [InlineData("bytes=x", 200, null)]
    [InlineData("bytes=", 200, null)]
    [InlineData("BYTES=8-15", 206, "bytes 8-15/100")]
    [InlineData("bytes= 8-15", 206, "bytes 8-15/100")]
    [InlineData("bytes=99-99", 206, "bytes 99-99/100")]
    [InlineData("bytes=9223372036854775807-", 416, "bytes */100")]
    [InlineData("bytes=0-9223372036854775807", 206, "bytes 0-99/100")]
    [InlineData("bytes=0-9223372036854775808", 200, null)]
    [InlineData("items=0-1", 200, null)]
    [InlineData("items=0-1,bytes=0-1", 200, null)]
    [InlineData("bytes 0-1", 200, null)]
    public async Task A_part_is_what_was_asked_for_or_the_whole(string range, int status, string? part)
    {
        var link = await rig.FileAsync(Content);
        using var answer = await rig.SendAsync(HttpMethod.Get, link, null, ("Range", range));
        var bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);

        Assert.Equal((status, part), ((int)answer.StatusCode, answer.Content.Headers.ContentRange?.ToString()));
        Assert.Equal(status switch
        {
            206 => Content[(int)answer.Content.Headers.ContentRange!.From!.Value..(int)(answer.Content.Headers.ContentRange.To!.Value + 1)],
            200 => Content,
            _ => [],
        }, bytes);
        Assert.Equal("bytes", answer.Headers.AcceptRanges.SingleOrDefault() ?? (status == 416 ? "bytes" : ""));
        Assert.Equal(bytes.Length, answer.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("If-Range", "same", 206)]
    [InlineData("If-Range", "other", 200)]
    [InlineData("If-Range", "weak", 200)]
    [InlineData("If-Range", "*", 200)]
    [InlineData("If-Range", "bare", 200)]
    [InlineData("If-Range", "Wed, 21 Oct 2099 07:28:00 GMT", 200)]
    [InlineData("If-None-Match", "same", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "other", 206)]
    [InlineData("If-Match", "same", 206)]
    [InlineData("If-Match", "*", 206)]
    [InlineData("If-Match", "other", 412)]
    public async Task A_condition_is_about_the_file_s_bytes(string condition, string tag, int status)
    {
        var link = await rig.FileAsync(Content);
        var own = $"\"{Convert.ToHexStringLower(SHA256.HashData(Content))}\"";
        using var answer = await rig.SendAsync(HttpMethod.Get, link, null, ("Range", "bytes=0-1"),
            (condition, tag switch { "same" => own, "other" => "\"x\"", "weak" => $"W/{own}", "bare" => own.Trim('"'), _ => tag }));

        Assert.Equal((status, own), ((int)answer.StatusCode, answer.Headers.ETag?.Tag));
    }

    [Fact]
    public async Task A_look_without_the_bytes_is_at_the_whole()
    {
        using var head = await rig.SendAsync(HttpMethod.Head, await rig.FileAsync(Content), null, ("Range", "bytes=0-1"));
        Assert.Equal((HttpStatusCode.OK, 100L), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task Who_speaks_an_old_http_gets_the_file_and_its_end()
    {
        var path = (await rig.FileAsync("all of it"u8.ToArray())).PathAndQuery;
        var whole = await rig.SayAsync($"GET {path} HTTP/1.0\r\n\r\n");
        var part = await rig.SayAsync($"GET {path} HTTP/1.0\r\nRange: bytes=0-2\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n", whole, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nall of it", whole, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n", part, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nall", part, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("it's \"so\"; a=b\\ünï 空.png", "ünï 空.png")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("a\r\nSet-Cookie: x=1.png", "aSet-Cookie: x=1.png")]
    [InlineData("..", "file")]
    [InlineData("", "file")]
    [InlineData(" \u0001 ", "file")]
    public async Task A_file_is_an_attachment_by_its_name_and_never_a_page_of_the_server_s(string name, string saved)
    {
        using var answer = await rig.SendAsync(HttpMethod.Get, await rig.FileAsync("<script>"u8.ToArray(), name, "text/html"));
        var disposition = answer.Content.Headers.ContentDisposition!;

        Assert.Equal(("attachment", saved), (disposition.DispositionType, disposition.FileNameStar ?? disposition.FileName?.Trim('"')));
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(("nosniff", "default-src 'none'; sandbox", "cross-origin", "no-cache, private"),
            (Single(answer, "X-Content-Type-Options"), Single(answer, "Content-Security-Policy"),
            Single(answer, "Cross-Origin-Resource-Policy"), Single(answer, "Cache-Control")));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_name_of_any_length_makes_a_link_that_works()
    {
        var link = await rig.FileAsync(Content, $"{new string('空', 3000)}🎨.png");
        using var answer = await rig.SendAsync(HttpMethod.Get, link);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($"{new string('空', 196)}.png", answer.Content.Headers.ContentDisposition?.FileNameStar);
    }

    [Theory]
    [InlineData("text/csv; charset=utf-8")]
    [InlineData("application/json")]
    public async Task A_file_is_sent_as_it_is_whatever_coding_is_taken(string type)
    {
        var content = Encoding.UTF8.GetBytes(new string('a', 10_000));
        using var answer = await rig.SendAsync(HttpMethod.Get, await rig.FileAsync(content, "a", type), null,
            ("Accept-Encoding", "br, gzip"));

        Assert.Empty(answer.Content.Headers.ContentEncoding);
        Assert.Equal(content.Length, answer.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_page_that_is_allowed_reads_how_a_part_and_a_name_are_told()
    {
        using var answer = await rig.SendAsync(HttpMethod.Get, await rig.FileAsync(Content), null, ("Origin", "https://app.example"),
            ("Range", "bytes=0-1"));

        Assert.Equal("https://app.example", Single(answer, "Access-Control-Allow-Origin"));
        Assert.All(["Content-Range", "Accept-Ranges", "Content-Disposition", "ETag"],
            h => Assert.Contains(h, string.Join(',', answer.Headers.GetValues("Access-Control-Expose-Headers")).Split(',')));
    }

    [Fact]
    public async Task No_other_spelling_of_a_link_is_one()
    {
        var link = await rig.FileAsync(Content);
        var (terms, signature) = (link.Segments[^1].Split('.')[0], link.Segments[^1].Split('.')[1]);
        var other = (await rig.FileAsync(Content, blob: "runs/2/outputs/1/1/0")).Segments[^1].Split('.');
        string[] wrong =
        [
            $"{terms}.{signature}=", $"{terms}=.{signature}", $"{terms}.{signature}%20", $"{terms}%0A.{signature}",
            $"%20{terms}.{signature}", $"{terms}.{signature}.", $"{terms}.{signature}.{signature}", $"{terms}..{signature}",
            $"{terms}{signature}", $"{signature}.{terms}", $"{terms}.{signature.ToUpperInvariant()}",
            $"{terms.ToLowerInvariant()}.{signature}", $"{terms}.{other[1]}", $"{other[0]}.{signature}", $"{terms}.", $".{signature}",
            $"{terms}.{signature[..^1]}", $"{terms}.{NextSpelling(signature)}",
            $"{terms}.{signature}%2F..%2F{other[0]}.{other[1]}",
            $"{Changed(terms, "read", "create")}.{signature}", $"{Changed(terms, "runs/1", "runs/2")}.{signature}",
            $"{Changed(terms, "\n1", "\n9")}.{signature}",
        ];

        foreach (var token in wrong)
        {
            using var answer = await rig.SendAsync(HttpMethod.Get, new Uri(link, $"/api/files/{token}"));
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden, $"{token}: {answer.StatusCode}");
            Assert.DoesNotContain("runs/", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        // An escape that nobody needed says the same.
        using var escaped = await rig.SendAsync(HttpMethod.Get, new Uri(link, $"/api/files/%{(int)terms[0]:X2}{terms[1..]}.{signature}"));
        Assert.Equal(HttpStatusCode.OK, escaped.StatusCode);
    }

    [Fact]
    public async Task A_link_names_its_file_to_the_server_that_signed_it_whatever_host_it_names()
    {
        var (links, link) = (rig.Get<ServedLinks>(), await rig.FileAsync(Content));
        var (terms, signature) = (link.Segments[^1].Split('.')[0], link.Segments[^1].Split('.')[1]);
        Assert.Equal("runs/1/outputs/1/1/0", await links.NameOfAsync(new($"https://other.example/base{link.AbsolutePath}"), Cancellation));
        Assert.Null(await links.NameOfAsync(new(link, $"{Changed(terms, "runs/1", "runs/2")}.{signature}"), Cancellation));
        Assert.Null(await links.NameOfAsync(new(link, "/api/health"), Cancellation));
        var restarted = new ServedLinks(new SecretKey(rig.Blobs, new()), rig.Get<PublicAddress>(), new());
        Assert.Equal("runs/1/outputs/1/1/0", await restarted.NameOfAsync(link, Cancellation));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task A_link_takes_no_other_verb(string verb)
    {
        using var answer = await rig.SendAsync(new(verb), await rig.FileAsync(Content));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET, HEAD, OPTIONS, PUT"),
            (answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow.Order(StringComparer.Ordinal))));
    }

    [Fact]
    public async Task A_file_that_is_deleted_while_it_is_sent_is_sent_to_its_end()
    {
        var content = new byte[20_000_000];
        Random.Shared.NextBytes(content);
        using var answer = await rig.SendAsync(HttpMethod.Get, await rig.FileAsync(content));
        Assert.True(await rig.Blobs.DeleteAsync("runs/1/outputs/1/1/0", Cancellation));

        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await answer.Content.ReadAsByteArrayAsync(Cancellation)));
        using var gone = await rig.SendAsync(HttpMethod.Get, answer.RequestMessage!.RequestUri!);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_part_of_a_file_is_not_taken_for_the_whole()
    {
        var link = await rig.UploadAsync("uploads/1");
        var part = new ByteArrayContent(Content) { Headers = { ContentRange = new(0, 99, 200) } };
        using var refused = await rig.SendAsync(HttpMethod.Put, link, part);
        using var taken = await rig.SendAsync(HttpMethod.Put, link, new ByteArrayContent(Content));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Created), (refused.StatusCode, taken.StatusCode));
    }

    [Theory]
    [InlineData(null, 100_000)]
    [InlineData(70_000, 70_000)]
    [InlineData(1_000_000, 100_000)]
    public async Task A_file_is_as_long_as_the_answer_said_and_no_longer(int? mostByLink, int most)
    {
        await using var bounded = await ServedRig.StartAsync(new() { MaxInputBytes = 100_000, MaxUploadBytes = mostByLink });
        var link = await bounded.UploadAsync("uploads/1");
        using var asked = await bounded.SendAsync(HttpMethod.Post, new(link, "/api/uploads"));
        Assert.Equal(most, (int)JsonNode.Parse(await asked.Content.ReadAsStringAsync(Cancellation))!["maxBytes"]!);

        foreach (var isChunked in new[] { false, true })
        {
            (string, string)[] headers = isChunked ? [("Transfer-Encoding", "chunked")] : [];
            using var longer = await bounded.SendAsync(HttpMethod.Put, link, new ByteArrayContent(new byte[most + 1]), headers);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, longer.StatusCode);
        }

        using var whole = await bounded.SendAsync(HttpMethod.Put, link, new ByteArrayContent(new byte[most]));
        Assert.Equal(HttpStatusCode.Created, whole.StatusCode);
    }

    [Fact]
    public async Task A_link_whose_time_is_over_opens_nothing()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var late = await ServedRig.StartAsync(clock: clock);
        var (read, upload) = (await late.FileAsync(Content), await late.UploadAsync("uploads/1"));
        clock.Advance(TimeSpan.FromMinutes(59));
        using var inTime = await late.SendAsync(HttpMethod.Get, read);
        clock.Advance(TimeSpan.FromMinutes(1));
        using var got = await late.SendAsync(HttpMethod.Get, read);
        using var put = await late.SendAsync(HttpMethod.Put, upload, new ByteArrayContent(Content));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden),
            (inTime.StatusCode, got.StatusCode, put.StatusCode));
        Assert.Contains("The link's time is over.", await got.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Null(await late.Blobs.FindAsync("uploads/1", Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5_000_000)]
    public async Task Of_an_upload_that_was_cut_off_nothing_stays_and_it_may_come_again(int sent)
    {
        var link = await rig.UploadAsync("uploads/1");
        var head = $"PUT {link.PathAndQuery} HTTP/1.1\r\nHost: {link.Authority}\r\nContent-Length: 6000000\r\n\r\n";
        await rig.SayAsync(head + new string('a', sent), hangsUp: true);

        await Eventually.IsSoAsync(() => !rig.Files.Any());
        using var again = await rig.SendAsync(HttpMethod.Put, link, new ByteArrayContent(Content));
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.DoesNotContain(rig.Log.GetSnapshot(), r => r.Level > LogLevel.Information);
    }

    [Fact]
    public async Task Of_several_who_send_a_file_at_once_one_is_stored_and_the_others_are_told()
    {
        var link = await rig.UploadAsync("uploads/1");
        var files = Enumerable.Range(0, 4).Select(i => RandomNumberGenerator.GetBytes(5_000_000 + i)).ToArray();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var answer = await rig.SendAsync(HttpMethod.Put, link, new ByteArrayContent(files[i / 2]));
            return answer.StatusCode;
        }));
        var stored = (await rig.Blobs.FindAsync("uploads/1", Cancellation))!.Sha256;

        Assert.Equal(files.SelectMany(f => Enumerable.Repeat(Convert.ToHexStringLower(SHA256.HashData(f)) == stored
            ? HttpStatusCode.Created : HttpStatusCode.Conflict, 2)), answers);
        Assert.Single(rig.Files);
    }

    [Fact]
    public async Task No_line_of_the_log_opens_a_file()
    {
        var (read, upload) = (await rig.FileAsync(Content), await rig.UploadAsync("uploads/1"));
        using var put = await rig.SendAsync(HttpMethod.Put, read, new ByteArrayContent(Content));
        using var large = await rig.SendAsync(HttpMethod.Put, upload, new ByteArrayContent(new byte[10_000_001]));
        using var got = await rig.SendAsync(HttpMethod.Get, upload);
        using var post = await rig.SendAsync(HttpMethod.Post, upload);
        using var odd = await rig.SendAsync(HttpMethod.Get, new($"{read}?x=1"));

        Assert.Equal([403, 413, 403, 405, 400], new[] { put, large, got, post, odd }.Select(a => (int)a.StatusCode));
        var said = rig.Log.GetSnapshot().Select(r => r.Message).ToArray();
        Assert.Equal(5, said.Count(m => m.Contains(" /api/files/…, trace ", StringComparison.Ordinal)));
        Assert.DoesNotContain(said, m => m.Contains(read.Segments[^1], StringComparison.Ordinal)
            || m.Contains(upload.Segments[^1], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET /api/links/none HTTP/1.0\r\n\r\n")]
    [InlineData("GET /api/links/none HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")]
    public async Task Who_does_not_say_whom_it_asks_is_answered(string request) =>
        Assert.StartsWith("HTTP/1.1 404 ", await rig.SayAsync(request), StringComparison.Ordinal);

    private static string? Single(HttpResponseMessage answer, string header) => Assert.Single(answer.Headers.GetValues(header));

    // The same bytes: the last letter has bits that mean nothing.
    private static string NextSpelling(string signature)
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var next = signature[..^1] + Letters[Letters.IndexOf(signature[^1], StringComparison.Ordinal) ^ 1];
        return next;
    }

    private static string Changed(string terms, string from, string to)
    {
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(terms));
        Assert.Contains(from, text, StringComparison.Ordinal);
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));
    }
}
