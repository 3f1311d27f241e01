using ComfyFunc.Server.Secrets;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Server;

public class SealerTests
{
    private static readonly SealedFor Use = new("host-door", "gpu-1");
    private static readonly string OneKey = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray());
    private static readonly string OtherKey = Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("Bearer swordfish")]
    [InlineData("ünïcode 图")]
    public async Task A_text_is_opened_as_it_was_sealed_and_does_not_show(string text)
    {
        var sealer = Of(OneKey);
        var box = await sealer.SealAsync(Use, text, Cancellation);

        Assert.Equal(text, await sealer.OpenAsync(Use, box, Cancellation));
        Assert.Matches("^v1\\.[A-Za-z0-9_-]+$", box);
        Assert.True(text.Length == 0 || !box.Contains(text, StringComparison.Ordinal));
        Assert.Equal(box, await Of(OneKey).SealAsync(Use, text, Cancellation)); // A row that says the same is the same.
    }

    [Fact]
    public async Task A_sealed_text_opens_for_nothing_else()
    {
        var sealer = Of(OneKey);
        var box = await sealer.SealAsync(Use, "swordfish", Cancellation);

        Assert.Null(await sealer.OpenAsync(Use with { Owner = "gpu-2" }, box, Cancellation));
        Assert.Null(await sealer.OpenAsync(Use with { Purpose = "extra-data" }, box, Cancellation));
        Assert.Null(await Of(OtherKey).OpenAsync(Use, box, Cancellation));
        Assert.NotEqual(box, await sealer.SealAsync(Use with { Owner = "gpu-2" }, "swordfish", Cancellation));
        Assert.NotEqual(box, await Of(OtherKey).SealAsync(Use, "swordfish", Cancellation));
    }

    [Fact]
    public async Task What_another_release_has_sealed_is_as_this_one_seals_it()
    {
        const string Recorded = "v1.DgEwVsXOL00OO28i5M9ucE67oe1z0RHidX7qspwlSQIWNZb_tA";

        Assert.Equal(Recorded, await Of(OneKey).SealAsync(Use, "swordfish", Cancellation));
        Assert.Equal("swordfish", await Of(OneKey).OpenAsync(Use, Recorded, Cancellation));
    }

    [Fact]
    public async Task No_nonce_is_used_twice_for_what_differs()
    {
        var sealer = Of(OneKey);
        var boxes = new[]
        {
            await sealer.SealAsync(Use, "swordfish", Cancellation), await sealer.SealAsync(Use, "swordfist", Cancellation),
            await sealer.SealAsync(Use with { Owner = "gpu-2" }, "swordfish", Cancellation),
            await sealer.SealAsync(Use with { Purpose = "extra-data" }, "swordfish", Cancellation),
            await Of(OtherKey).SealAsync(Use, "swordfish", Cancellation),
        };

        // Twelve bytes, in sixteen letters behind the version.
        Assert.Equal(boxes.Length, boxes.Select(b => b[..("v1.".Length + 16)]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task What_was_tampered_with_or_is_no_sealed_text_does_not_open()
    {
        var sealer = Of(OneKey);
        var box = await sealer.SealAsync(Use, "swordfish", Cancellation);
        for (var at = 3; at < box.Length; at++)
        {
            Assert.Null(await sealer.OpenAsync(Use, box[..at] + (box[at] == 'A' ? 'B' : 'A') + box[(at + 1)..], Cancellation));
        }

        foreach (var odd in new[] { "", "v1.", "v1.AAAA", "v2" + box[2..], box[..^4], "v1.!!!!", "swordfish" })
        {
            Assert.Null(await sealer.OpenAsync(Use, odd, Cancellation));
        }
    }

    [Fact]
    public async Task Without_a_configured_key_all_processes_have_one_that_is_made_once()
    {
        var blobs = new MemoryBlobStore();
        var boxes = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Task.Run(async () => await new Sealer(new(blobs, new())).SealAsync(Use, "swordfish", Cancellation))));

        Assert.Single(boxes.Distinct());
        Assert.Equal("swordfish", await new Sealer(new(blobs, new())).OpenAsync(Use, boxes[0], Cancellation));
        Assert.Equal(32, (await blobs.FindAsync("secrets/key", Cancellation))!.Bytes);
        Assert.NotEqual(boxes[0], await new Sealer(new(new MemoryBlobStore(), new())).SealAsync(Use, "swordfish", Cancellation));
    }

    [Fact]
    public async Task A_configured_key_needs_no_storage()
    {
        var blobs = new MemoryBlobStore();
        await new Sealer(new(blobs, new() { SecretsKey = OneKey })).SealAsync(Use, "swordfish", Cancellation);
        Assert.Null(await blobs.FindAsync("secrets/key", Cancellation));
    }

    private static Sealer Of(string key) => new(new(new MemoryBlobStore(), new() { SecretsKey = key }));
}
