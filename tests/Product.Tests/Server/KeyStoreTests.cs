using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Settings;

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

    [Theory]
    [InlineData("", "anything", true)]
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
