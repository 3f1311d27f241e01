using System.Text.Json.Nodes;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Server;

/// <summary>Which webhooks are listed, and what it costs to know them.</summary>
public sealed class WebhookListingTests : IAsyncLifetime
{
    private static readonly string[] Registered = ["a", "b", "defau", "e", "shop"];

    private readonly CountingTables tables = new(new MemoryDocumentTables());
    private readonly ServerRig rig;

    public WebhookListingTests() => rig = new(tables: tables);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await rig.StartedAsync();
        var webhooks = rig.Get<WebhookStore>();
        foreach (var id in Registered)
        {
            await webhooks.WriteAsync(id, _ => webhooks.New(id) with { Url = new("https://x.test/") }, Cancellation);
        }

        foreach (var client in Enumerable.Range(0, 100).Select(i => $"Client{i}").Append(""))
        {
            await webhooks.DefaultAsync(client, Cancellation);
        }
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Pages_hold_each_that_is_registered_once_and_no_client_s_default()
    {
        var ids = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = await ListAsync($"?limit=2{(continuation.Length > 0 ? $"&continuation={continuation}" : "")}");
            Assert.InRange(page["webhooks"]!.AsArray().Count, 0, 2);
            ids.AddRange(page["webhooks"]!.AsArray().Select(w => (string)w!["id"]!));
            continuation = (string?)page["continuation"];
        }

        Assert.Equal(Registered, ids);
    }

    [Fact]
    public async Task Who_is_told_of_a_run_is_known_without_a_look_at_the_defaults_of_clients()
    {
        tables.Reset();
        var known = await rig.Get<WebhookStore>().KnownAsync(Cancellation);
        Assert.Equal(Registered, known.Where(w => w.Wants(WebhookEvents.Succeeded, "w")).Select(w => w.Id));
        Assert.Equal(Registered.Length, tables.RowsOf("webhooks"));
    }

    private async Task<JsonObject> ListAsync(string query) =>
        (await rig.AnswerAsync(await rig.Get<WebhookEndpoints>().ListAsync(ServerRig.Request(query: query), Cancellation))).Body;
}
