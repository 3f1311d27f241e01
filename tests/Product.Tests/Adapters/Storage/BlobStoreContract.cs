using System.Security.Cryptography;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>What every store of files does.</summary>
public abstract class BlobStoreContract : StorageContract
{
    private const int Block = 4 * 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(Block - 1)]
    [InlineData(Block)]
    [InlineData(Block + 1)]
    [InlineData((5 * Block) + 12_345)]
    public async Task A_stream_of_any_length_is_stored_with_its_hash(int length)
    {
        var content = Content(length);
        var reply = await Blobs.PutAsync("a/b.png", new TricklingStream(content), new("image/png"), Cancellation);

        var expected = new BlobFile("a/b.png", length, Convert.ToHexStringLower(SHA256.HashData(content)), "image/png");
        Assert.Equal(expected, Assert.IsType<PutReply.Stored>(reply).File);
        Assert.Equal(expected, await Blobs.FindAsync("a/b.png", Cancellation));
        Assert.Equal(expected, Assert.Single(await Blobs.ListAsync("a/", Cancellation).ToListAsync(Cancellation)));
        Assert.Equal(content, await Blobs.ReadBytesAsync("a/b.png", length, Cancellation));
        using var copy = new MemoryStream();
        await using (var stream = await Blobs.OpenReadAsync("a/b.png", Cancellation))
        {
            await stream!.CopyToAsync(copy, Cancellation);
        }

        Assert.Equal(content, copy.ToArray());
        await using var open = await Blobs.OpenSeekableAsync("a/b.png", Cancellation);
        var parts = open!.Content; // It was found above.
        Assert.Equal((expected, true, length), (open.File, parts.CanSeek, parts.Length));
        parts.Position = length / 2;
        var half = new byte[length - (length / 2)];
        await parts.ReadExactlyAsync(half, Cancellation);
        Assert.Equal(content[(length / 2)..], half);
    }

    [Theory]
    [InlineData(10, 9)]
    [InlineData(Block, Block - 1)]
    [InlineData(3 * Block, (2 * Block) + 5)]
    [InlineData((2 * Block) + 1, 2 * Block)]
    public async Task Content_that_is_too_large_leaves_nothing(int length, int max)
    {
        Assert.IsType<PutReply.TooLarge>(
            await Blobs.PutAsync("big", new TricklingStream(Content(length)), new("x/y") { MaxBytes = max }, Cancellation));
        Assert.Null(await Blobs.FindAsync("big", Cancellation));
        Assert.Null(await Blobs.OpenReadAsync("big", Cancellation));
        Assert.Null(await Blobs.OpenSeekableAsync("big", Cancellation));
        Assert.Empty(await Blobs.ListAsync("", Cancellation).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(Block + 1)]
    public async Task A_file_that_is_open_is_never_half_another(int length)
    {
        await Blobs.PutBytesAsync("shared", Content(length), "x/y", Cancellation);
        var old = await Blobs.FindAsync("shared", Cancellation);
        await using var open = await Blobs.OpenSeekableAsync("shared", Cancellation);
        await Blobs.PutBytesAsync("shared", new byte[length], "x/y", Cancellation);

        var read = await Record.ExceptionAsync(async () =>
        {
            var bytes = new byte[length];
            await open!.Content.ReadExactlyAsync(bytes, Cancellation);
            Assert.Equal(old!.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        });
        Assert.Equal(old, open!.File);
        Assert.True(read is null or IOException or StorageUnavailableException or Azure.RequestFailedException, $"{read}");
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(10, true)]
    [InlineData((2 * Block) + 1, false)]
    [InlineData((2 * Block) + 1, true)]
    public async Task A_file_that_goes_while_it_is_read_is_read_whole_or_not(int length, bool isReplaced)
    {
        await Blobs.PutBytesAsync("going", Content(length), "x/y", Cancellation);
        await using var stream = await Blobs.OpenReadAsync("going", Cancellation);
        using var copy = new MemoryStream();
        var first = new byte[1];
        await stream!.ReadExactlyAsync(first, Cancellation); // It was stored above.
        copy.Write(first);
        if (isReplaced)
        {
            await Blobs.PutBytesAsync("going", new byte[length], "x/y", Cancellation);
        }
        else
        {
            Assert.True(await Blobs.DeleteAsync("going", Cancellation));
        }

        var broken = await Record.ExceptionAsync(() => stream.CopyToAsync(copy, Cancellation));
        Assert.True(broken is null or IOException or StorageUnavailableException or Azure.RequestFailedException, $"{broken}");
        Assert.True(broken is not null || copy.ToArray().SequenceEqual(Content(length)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(2 * Block)]
    public async Task A_write_that_is_given_up_stores_nothing_and_leaves_what_was_there(int length)
    {
        await Blobs.PutBytesAsync("a", Content(3), "x/y", Cancellation);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var content = new LastBreath(Content(length), giveUp);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Blobs.PutAsync("a", content, new("x/y"), giveUp.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Blobs.PutBytesAsync("b", Content(3), "x/y", giveUp.Token));
        Assert.Equal(Content(3), await Blobs.ReadBytesAsync("a", 3, Cancellation));
        Assert.Null(await Blobs.FindAsync("b", Cancellation));
    }

    [Theory]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("x/y")]
    public async Task A_content_type_is_kept_as_it_came(string contentType)
    {
        await Blobs.PutAsync("a", new MemoryStream(Content(5)), new(contentType), Cancellation);
        Assert.Equal(contentType, (await Blobs.FindAsync("a", Cancellation))!.ContentType);
        Assert.Equal(contentType, Assert.Single(await Blobs.ListAsync("", Cancellation).ToListAsync(Cancellation)).ContentType);
    }

    [Fact]
    public async Task Content_that_is_too_large_leaves_what_was_there()
    {
        await Blobs.PutBytesAsync("big", Content(3), "x/y", Cancellation);
        Assert.IsType<PutReply.TooLarge>(
            await Blobs.PutAsync("big", new TricklingStream(Content(2 * Block)), new("x/y") { MaxBytes = Block + 1 }, Cancellation));
        Assert.Equal(Content(3), await Blobs.ReadBytesAsync("big", 3, Cancellation));
    }

    [Fact]
    public async Task Content_of_exactly_the_largest_length_is_stored() =>
        Assert.IsType<PutReply.Stored>(await Blobs.PutAsync("a", new TricklingStream(Content(2 * Block)),
            new("x/y") { MaxBytes = 2 * Block, LengthHint = 7 }, Cancellation));

    [Fact]
    public async Task A_stream_that_breaks_off_stores_nothing()
    {
        await Assert.ThrowsAsync<IOException>(
            () => Blobs.PutAsync("a", new TricklingStream(Content(2 * Block), breaks: true), new("x/y"), Cancellation));
        Assert.Null(await Blobs.FindAsync("a", Cancellation));
    }

    [Fact]
    public async Task A_later_put_replaces_the_file()
    {
        await Blobs.PutAsync("a", new TricklingStream(Content(2 * Block)), new("x/y"), Cancellation);
        await Blobs.PutAsync("a", new TricklingStream(Content(5)), new("x/z"), Cancellation);
        Assert.Equal(Content(5), await Blobs.ReadBytesAsync("a", 100, Cancellation));
        Assert.Equal("x/z", (await Blobs.FindAsync("a", Cancellation))!.ContentType);
    }

    [Fact]
    public async Task The_same_file_put_many_times_at_once_is_whole()
    {
        var content = Content((2 * Block) + 1);
        var replies = await Task.WhenAll(Enumerable.Range(0, 6)
            .Select(_ => Blobs.PutAsync("a", new TricklingStream(content), new("x/y"), Cancellation)));
        Assert.All(replies, r => Assert.IsType<PutReply.Stored>(r));
        Assert.Equal(content, await Blobs.ReadBytesAsync("a", content.Length, Cancellation));
    }

    [Fact]
    public async Task Of_many_who_store_what_is_absent_one_succeeds_and_its_content_stays()
    {
        var stored = await Task.WhenAll(Enumerable.Range(1, 8)
            .Select(n => Blobs.PutIfAbsentAsync("a/key", Content(n), "x/y", Cancellation)));
        var first = Array.IndexOf(stored, true) + 1;

        Assert.Single(stored, s => s);
        Assert.Equal(Content(first), await Blobs.ReadBytesAsync("a/key", 100, Cancellation));
        Assert.Equal(new BlobFile("a/key", first, Convert.ToHexStringLower(SHA256.HashData(Content(first))), "x/y"),
            await Blobs.FindAsync("a/key", Cancellation));
        Assert.False(await Blobs.PutIfAbsentAsync("a/key", Content(20), "x/y", Cancellation));
        await Blobs.DeleteAsync("a/key", Cancellation);
        Assert.True(await Blobs.PutIfAbsentAsync("a/key", Content(20), "x/y", Cancellation));
    }

    [Theory]
    [InlineData(10)]
    [InlineData((2 * Block) + 1)]
    public async Task Of_many_streams_for_what_is_absent_one_is_stored_and_stays(int length)
    {
        var write = new BlobWrite("x/y") { IfAbsent = true };
        var replies = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(n => Blobs.PutAsync("a/link", new MemoryStream(Content(length + n)), write, Cancellation)));
        var stored = Assert.Single(replies.OfType<PutReply.Stored>()).File;

        Assert.Equal(stored, await Blobs.FindAsync("a/link", Cancellation));
        Assert.Equal(stored.Sha256, Convert.ToHexStringLower(
            SHA256.HashData((await Blobs.ReadBytesAsync("a/link", int.MaxValue, Cancellation))!)));
        Assert.Equal(Enumerable.Range(length, 4).Select(n => (long)n).Where(n => n != stored.Bytes),
            replies.OfType<PutReply.Exists>().Select(e => e.Sent.Bytes));
        Assert.IsType<PutReply.Exists>(await Blobs.PutAsync("a/link", new MemoryStream(Content(5)), write, Cancellation));
    }

    [Fact]
    public async Task What_was_never_stored_is_missing()
    {
        Assert.Null(await Blobs.FindAsync("a", Cancellation));
        Assert.Null(await Blobs.OpenReadAsync("a", Cancellation));
        Assert.Null(await Blobs.ReadBytesAsync("a", 1, Cancellation));
        Assert.False(await Blobs.DeleteAsync("a", Cancellation));
    }

    [Fact]
    public async Task A_file_longer_than_the_reader_takes_is_refused()
    {
        await Blobs.PutBytesAsync("a", Content(11), "x/y", Cancellation);
        await Assert.ThrowsAsync<InvalidDataException>(() => Blobs.ReadBytesAsync("a", 10, Cancellation));
    }

    [Fact]
    public async Task A_prefix_is_deleted_and_nothing_else()
    {
        foreach (var name in new[] { "runs/1/a", "runs/1/b/c", "runs/10/a", "runs/2", "other" })
        {
            await Blobs.PutBytesAsync(name, Content(1), "x/y", Cancellation);
        }

        Assert.Equal(2, await Blobs.DeletePrefixAsync("runs/1/", Cancellation));
        Assert.Equal(0, await Blobs.DeletePrefixAsync("runs/1/", Cancellation));
        Assert.Equal(["other", "runs/10/a", "runs/2"], await Blobs.ListAsync("", Cancellation).Select(f => f.Name)
            .ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData(3)]
    [InlineData((2 * Block) + 1)]
    public async Task A_file_is_deleted_as_old_unless_it_was_written_since(int length)
    {
        var (earlier, later) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        await Blobs.PutAsync("a", new MemoryStream(Content(length)), new("x/y"), Cancellation);
        await Blobs.PutIfAbsentAsync("b", Content(3), "x/y", Cancellation);
        Assert.False(await Blobs.DeleteOlderAsync("a", earlier, Cancellation));
        Assert.False(await Blobs.DeleteOlderAsync("b", earlier, Cancellation));
        Assert.Equal(Content(length), await Blobs.ReadBytesAsync("a", length, Cancellation));

        Assert.True(await Blobs.DeleteOlderAsync("a", later, Cancellation));
        Assert.False(await Blobs.DeleteOlderAsync("a", later, Cancellation));
        Assert.Equal(["b"], await Blobs.ListAsync("", Cancellation).Select(f => f.Name).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Names_of_any_script_are_kept()
    {
        const string Name = "runs/ü ñ/图 #1?&%.png";
        await Blobs.PutBytesAsync(Name, Content(4), "x/y", Cancellation);
        Assert.Equal(Content(4), await Blobs.ReadBytesAsync(Name, 4, Cancellation));
        Assert.Equal(Name, Assert.Single(await Blobs.ListAsync("runs/ü", Cancellation).ToListAsync(Cancellation)).Name);
        await Blobs.PutBytesAsync("faces/😀", Content(4), "x/y", Cancellation); // Of two UTF-16 units.
        Assert.Equal("faces/😀", Assert.Single(await Blobs.ListAsync("faces/", Cancellation).ToListAsync(Cancellation)).Name);
    }

    /// <summary>Gives its whole content; whoever asks whether there is more has been given up meanwhile.</summary>
    private sealed class LastBreath(byte[] content, CancellationTokenSource giveUp) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
            {
                await giveUp.CancelAsync();
            }

            return await base.ReadAsync(buffer, CancellationToken.None);
        }
    }

    private static byte[] Content(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 31) ^ (i >> 8));
        }

        return bytes;
    }
}
