using System.Text;
using System.Text.Json;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Workflows;
using ComfyFunc.Tests.Support;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>A version is shown and called as the pool can run it now, whatever it could when the version was saved.</summary>
public sealed class LiveWorkflowTests : IAsyncLifetime
{
    private const string Prompt = """
        {"1":{"class_type":"Model","inputs":{"ckpt":"a.safetensors"},"_meta":{"title":"[model]"}},
         "2":{"class_type":"Show","inputs":{"model":["1",0]},"_meta":{"title":"[shown]"}}}
        """;

    private readonly FakeTimeProvider clock = new(new(2026, 5, 20, 12, 0, 0, TimeSpan.Zero));

    private readonly ServiceProvider services;

    public LiveWorkflowTests() =>
        services = new ServiceCollection().AddSingleton<TimeProvider>(clock).AddMemoryStorage().BuildServiceProvider();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IDocumentTables Tables => services.GetRequiredService<IDocumentTables>();

    private HostStore Hosts { get; set; } = null!; // InitializeAsync has run before any test.

    private HostCatalogs Catalogs { get; set; } = null!;

    private WorkflowStore Workflows { get; set; } = null!;

    private LiveWorkflows Live { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Tables.EnsureCreatedAsync(StoragePreparation.Tables, Cancellation);
        var blobs = services.GetRequiredService<IBlobStore>();
        (Hosts, Catalogs, Workflows) = (new(Tables), new(blobs, TimeProvider.System), new(Tables, blobs));
        Live = new(Workflows, new(Workflows, blobs, clock), Hosts, Catalogs);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Fact]
    public async Task A_workflow_is_saved_before_any_host_has_its_classes_and_knows_them_later()
    {
        var saved = await SaveAsync("early");
        Assert.Equal(["class_missing", "class_missing"], saved.Warnings.Select(w => w.Code));
        Assert.Equal("STRING", saved.Workflow.Contract.Tags[0].Inputs[0].Type);

        await HostAsync("one", HostStatus.Ready, "a.safetensors");
        var live = await Live.OfAsync(saved.Row.Latest, Cancellation);
        Assert.Empty(live.Workflow.Warnings);
        Assert.Equal(["a.safetensors"], Options(live));
        Assert.Equal(1, (await SaveAsync("early")).Row.Latest.Version);
    }

    [Fact]
    public async Task What_a_host_gains_is_offered_at_once_and_what_all_lose_is_told()
    {
        await HostAsync("one", HostStatus.Ready, "a.safetensors");
        await HostAsync("two", HostStatus.Ready, "b.safetensors");
        var version = (await SaveAsync("changing")).Row.Latest;
        Assert.Equal(["a.safetensors", "b.safetensors"], Options(await Live.OfAsync(version, Cancellation)));

        await HostAsync("one", HostStatus.Ready, "c.safetensors");
        var live = await Live.OfAsync(version, Cancellation);
        Assert.Equal(["b.safetensors", "c.safetensors"], Options(live).Order(StringComparer.Ordinal));
        Assert.Equal(("option_missing", "/1/inputs/ckpt"), (live.Workflow.Warnings[0].Code, live.Workflow.Warnings[0].Pointer));
    }

    [Fact]
    public async Task Hosts_that_take_no_work_count_only_where_no_other_knows()
    {
        await HostAsync("one", HostStatus.Ready, "a.safetensors");
        var version = (await SaveAsync("resting")).Row.Latest;
        await HostAsync("two", HostStatus.Offline, "b.safetensors");
        Assert.Equal(["a.safetensors"], Options(await Live.OfAsync(version, Cancellation)));

        await HostAsync("one", HostStatus.Draining, "a.safetensors");
        Assert.Equal(["a.safetensors", "b.safetensors"], Options(await Live.OfAsync(version, Cancellation)).Order(StringComparer.Ordinal));
        await Hosts.DeleteAsync(new("one"), Cancellation);
        await Hosts.DeleteAsync(new("two"), Cancellation);
        Assert.Equal(["a.safetensors"], Options(await Live.OfAsync(version, Cancellation)));
    }

    [Fact]
    public async Task A_run_finds_the_catalog_that_its_call_was_checked_with()
    {
        await HostAsync("one", HostStatus.Ready, "a.safetensors");
        var version = (await SaveAsync("kept")).Row.Latest;
        await HostAsync("one", HostStatus.Ready, "z.safetensors");
        var live = await Live.OfAsync(version, Cancellation);
        var elsewhere = new WorkflowStore(Tables, services.GetRequiredService<IBlobStore>());

        Assert.NotEqual(version.Catalog, live.Catalog);
        Assert.Equal(["z.safetensors"], Options(new(await elsewhere.LoadAsync(version.Content, live.Catalog, Cancellation), live.Catalog)));
    }

    [Fact]
    public async Task A_call_writes_the_catalog_anew_that_its_run_is_going_to_read_where_that_was_long_ago()
    {
        await HostAsync("one", HostStatus.Ready, "a.safetensors");
        var version = (await SaveAsync("called")).Row.Latest;
        await HostAsync("one", HostStatus.Ready, "z.safetensors");
        var blobs = services.GetRequiredService<IBlobStore>();
        await Live.OfAsync(version, Cancellation);
        clock.Advance(TimeSpan.FromDays(9));
        var live = await Live.OfAsync(version, Cancellation);
        Assert.False(await blobs.DeleteOlderAsync($"catalogs/{live.Catalog}.json", clock.GetUtcNow(), Cancellation));

        clock.Advance(TimeSpan.FromHours(1));
        await Live.OfAsync(version, Cancellation);
        Assert.True(await blobs.DeleteOlderAsync($"catalogs/{live.Catalog}.json", clock.GetUtcNow(), Cancellation));
    }

    [Fact]
    public async Task What_the_pool_lost_is_no_difference_between_versions()
    {
        await HostAsync("one", HostStatus.Ready, "a.safetensors");
        await SaveAsync("compared");
        await HostAsync("one", HostStatus.Ready, "b.safetensors");
        var saved = await SaveAsync("compared", Prompt.Replace("[shown]", "[shown] [more]", StringComparison.Ordinal));

        Assert.Equal(["tagAdded", "outputAdded"], saved.Differences.Select(d => d.Kind));
    }

    [Fact]
    public async Task Settings_are_read_beside_a_prompt_in_any_wrapper()
    {
        var saved = await SaveAsync("wrapped",
            $$$"""{"input":{"workflow":{{{Prompt}}}},"settings":{"finishWithin":60},"requires":{"minVramGb":8}}""");
        Assert.Equal((60, 8L << 30), (saved.Row.Latest.Settings!.FinishWithin!.Value.TotalSeconds, saved.Row.Latest.Demands!.MinVramBytes));
        Assert.StartsWith("/input/workflow/", saved.Warnings[0].Pointer, StringComparison.Ordinal);
    }

    private async Task<SaveReply.Saved> SaveAsync(string name, string prompt = Prompt) =>
        Assert.IsType<SaveReply.Saved>(
            await new WorkflowSaving(Workflows, Live, new(Live, new NoReplacements(), Hosts),
                new(new(new(services.GetRequiredService<IBlobStore>(), new()))), new PublishBell(), TimeProvider.System)
                .SaveAsync(name, SavedDocument.Read(JsonElement.Parse(prompt)).Document!, new(), Cancellation));

    private async Task HostAsync(string id, HostStatus status, string model)
    {
        var catalog =
            await Catalogs.KeepAsync(
                Encoding.UTF8.GetBytes(
                    $$$"""{"Model":{"input":{"required":{"ckpt":[["{{{model}}}"]]}},"output":["MODEL"]},"Show":{"input":{"required":{"model":["MODEL"]}},"output":[],"output_node":true}}"""), Cancellation);
        await Hosts.PutAsync(new(id), _ => PoolSamples.Host(id) with { Status = status, CatalogHash = catalog.Hash }, Cancellation);
    }

    private static string?[] Options(LiveWorkflow live) =>
        [.. live.Workflow.Contract.Tags[0].Inputs[0].Options!.Value.Select(o => o.GetString())];

    private sealed class NoReplacements : INodeReplacements
    {
        public Task<JsonElement> AskAsync(CancellationToken cancellationToken) => Task.FromResult(default(JsonElement));
    }
}
