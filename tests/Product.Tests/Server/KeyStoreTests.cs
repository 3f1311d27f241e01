using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Settings;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

public class KeyStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_was_made_while_anybody_could_opens_nothing()
    {
        await using var rig = await new ServerRig().StartedAsync();
        var keys = rig.Get<KeyStore>();
        var (_, key) = await keys.CreateAsync(new("one", Role.Admin, "root", null), Cancellation);
        Assert.Equal(Role.Admin, (await keys.FindAsync(key, Cancellation))!.Role);

        var table = rig.Get<IDocumentTables>()["keys"];
        await foreach (var row in table.QueryAsync(new DocumentQuery { PageSize = 10 }, Cancellation))
        {
            await table.UpsertAsync(
                row with { Json = row.Json.Replace(",\"madeBy\":\"root\"", "", StringComparison.Ordinal) }, Cancellation);
        }

        Assert.DoesNotContain("madeBy", await rig.RowsAsync("keys"), StringComparison.Ordinal);
        await using var later = new ServerRig(before: rig);
        Assert.Null(await later.Get<KeyStore>().FindAsync(key, Cancellation));
    }

    [Fact]
    public async Task A_key_is_looked_up_once_in_ten_seconds_so_that_one_deleted_elsewhere_lasts_no_longer()
    {
        var (clock, tables) = (new FakeTimeProvider(), new CountingTables(new MemoryDocumentTables()));
        await using var rig = await new ServerRig(clock: clock, tables: tables).StartedAsync();
        await using var other = new ServerRig(clock: clock, tables: tables);
        var (row, key) = await other.Get<KeyStore>().CreateAsync(new("one", Role.Run, "root", null), Cancellation);
        Assert.NotNull(await rig.Get<KeyStore>().FindAsync(key, Cancellation));
        tables.Reset();
        Assert.True(await other.Get<KeyStore>().DeleteAsync(row.Id, Cancellation));
        Assert.Null(await other.Get<KeyStore>().FindAsync(key, Cancellation));
        tables.Reset();
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.NotNull(await rig.Get<KeyStore>().FindAsync(key, Cancellation));
        Assert.Equal(0, tables.ReadsOf("keys"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await rig.Get<KeyStore>().FindAsync(key, Cancellation));
    }

    [Fact]
    public async Task Only_the_key_of_a_whole_id_is_deleted_and_that_at_once()
    {
        await using var rig = await new ServerRig().StartedAsync();
        var keys = rig.Get<KeyStore>();
        var made = new List<(ApiKey Row, string Key)>();
        for (var i = 0; i < 8; i++)
        {
            made.Add(await keys.CreateAsync(new("one", Role.Run, "root", null), Cancellation));
        }

        foreach (var id in new[] { "", made[0].Row.Id[..^1], made[0].Row.Id.ToUpperInvariant() + "A", "000000000000", "zzzzzzzzzzzz" })
        {
            Assert.False(await keys.DeleteAsync(id, Cancellation));
        }

        Assert.All(made, k => Assert.Matches("^cfk_[A-Za-z0-9_-]{43}$", k.Key));
        Assert.Equal(8, (await keys.PageAsync(50, null, Cancellation)).Keys.Length);
        Assert.NotNull(await keys.FindAsync(made[0].Key, Cancellation));
        Assert.True(await keys.DeleteAsync(made[0].Row.Id, Cancellation));
        Assert.Null(await keys.FindAsync(made[0].Key, Cancellation));
        Assert.Equal(made.Skip(1).Select(k => k.Row.Id).Order(StringComparer.Ordinal),
            (await keys.PageAsync(50, null, Cancellation)).Keys.Select(k => k.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "anything", true)]
    [InlineData(" a ", "a", true)]
    [InlineData("shop-*", "Shop-picture", true)]
    [InlineData("shop-*", "a shop-picture", false)]
    [InlineData("a|b", "B", true)]
    [InlineData("a|b", "c", false)]
    [InlineData("v?", "v1", true)]
    [InlineData("v?", "v12", false)]
    [InlineData("*", "x", true)]
    public void A_scope_has_the_workflows_that_are_like_one_of_its_patterns(string patterns, string workflow, bool has) =>
        Assert.Equal(has, NameScope.Of(patterns.Split('|', StringSplitOptions.RemoveEmptyEntries)).Has(workflow));
}
