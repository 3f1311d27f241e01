using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>One app with two simulated hosts, for tests that leave both as they found them.</summary>
public sealed class AppFixture(AzuriteFixture azurite) : IAsyncLifetime
{
    private AppProcess? app;
    private SimulatedHost[] hosts = [];

    public HttpClient Http => app!.Http; // InitializeAsync has run before any test.

    public async ValueTask InitializeAsync()
    {
        app = await AppProcess.StartAsync(azurite,
            new Dictionary<string, string>
            {
                ["ComfyFunc__AllowPrivateInputUrls"] = "true",
                ["ComfyFunc__AllowPrivateWebhooks"] = "true",
                ["ComfyFunc__MaxInputBytes"] = "1000000"
            });
        hosts = [await SimulatedHost.StartAsync(new() { Name = "a", Speed = 0.1 }, CancellationToken.None),
            await SimulatedHost.StartAsync(new() { Name = "b", Speed = 0.1 }, CancellationToken.None)];
        await Http.AddHostAsync("a", hosts[0]);
        await Http.AddHostAsync("b", hosts[1]);
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
    }
}

/// <summary>Acceptance tests share two processors with what they test, so they take turns.</summary>
[CollectionDefinition(nameof(AppCollection))]
public sealed class AppCollection : ICollectionFixture<AppFixture>, ICollectionFixture<Clients.DescribedApp>;
