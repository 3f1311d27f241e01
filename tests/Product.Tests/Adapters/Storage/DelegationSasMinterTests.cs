using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class DelegationSasMinterTests : IDisposable
{
    private readonly FakeTimeProvider clock = new(new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly List<(DateTimeOffset From, DateTimeOffset Until)> lent = [];
    private readonly DelegationSasMinter minter;

    public DelegationSasMinterTests() =>
        minter = new(new BlobContainerClient(new Uri("https://account1.blob.core.windows.net/files")), LendAsync, clock);

    public void Dispose() => minter.Dispose();

    [Fact]
    public async Task One_key_signs_links_for_as_long_as_it_outlives_them()
    {
        var links = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => MintAsync(TimeSpan.FromHours(1))));
        clock.Advance(TimeSpan.FromHours(22));
        await MintAsync(TimeSpan.FromHours(1));
        Assert.Single(lent);
        clock.Advance(TimeSpan.FromHours(2));
        await MintAsync(TimeSpan.FromHours(1));
        Assert.Equal(2, lent.Count);
        Assert.All(links, l => Assert.Equal("2026-01-31T13:00:00Z", QueryOf(l)["se"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    [InlineData(7 * 24)]
    [InlineData(30 * 24)]
    public async Task A_key_is_asked_for_once_an_hour_at_most_however_long_links_last(int hours)
    {
        for (var minute = 0; minute < 48 * 60; minute += 5)
        {
            await MintAsync(TimeSpan.FromHours(hours));
            clock.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.InRange(lent.Count, 2, 48);
        Assert.All(lent, l => Assert.InRange(l.Until - l.From, TimeSpan.Zero, TimeSpan.FromDays(7)));
    }

    [Fact]
    public async Task A_link_reads_one_file_over_https_as_an_attachment()
    {
        var query = QueryOf(await MintAsync(TimeSpan.FromHours(1)));
        Assert.Equal(("b", "r", "https", "text/plain"), (query["sr"], query["sp"], query["spr"], query["rsct"]));
        Assert.StartsWith("attachment;", query["rscd"], StringComparison.Ordinal);
        Assert.DoesNotContain("/", query["rscd"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_link_outlives_the_longest_key()
    {
        var link = await MintAsync(TimeSpan.FromDays(30));
        Assert.Equal("2026-02-07T10:00:00Z", QueryOf(link)["se"]);
        Assert.True(Assert.Single(lent).Until - clock.GetUtcNow() <= TimeSpan.FromDays(7));
    }

    private static Dictionary<string, string> QueryOf(Uri link) =>
        link.Query[1..].Split('&').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]));

    private Task<Uri> MintAsync(TimeSpan lifetime) =>
        minter.MintAsync("a b/c.txt", "x/y/n.txt", "text/plain", clock.GetUtcNow() + lifetime, TestContext.Current.CancellationToken)
        .AsTask();

    private async Task<UserDelegationKey> LendAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await Task.Yield();
        lent.Add((from, until));
        return BlobsModelFactory.UserDelegationKey("oid", "tid", "b", "2025-01-05", "AAAA", signedExpiresOn: until, signedStartsOn: from);
    }
}
