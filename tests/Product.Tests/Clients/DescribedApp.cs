using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Acceptance;

namespace ComfyFunc.Tests.Clients;

/// <summary>
/// An app for what is generated from its description, or reads it. Started by the first test that needs it: what other tests save is not in
/// it.
/// </summary>
public sealed class DescribedApp : IAsyncDisposable
{
    private readonly Lazy<Task<Served>> served;

    public DescribedApp(AzuriteFixture azurite) => served = new(() => StartAsync(azurite));

    public Task<Served> ServeAsync() => served.Value;

    public async ValueTask DisposeAsync()
    {
        if (served.IsValueCreated && served.Value.IsCompletedSuccessfully)
        {
            await (await served.Value).DisposeAsync();
        }
    }

    private static async Task<Served> StartAsync(AzuriteFixture azurite)
    {
        var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, CancellationToken.None);
        var app = await AppProcess.StartAsync(azurite);
        await app.Http.AddHostAsync("a", host);
        foreach (var name in ClientWorkflow.Others.Append(ClientWorkflow.Name))
        {
            await app.Http.SaveAsync(Uri.EscapeDataString(name), Acceptance.Prompts.Picture);
        }

        var document = await DocumentAsync();
        await app.Http.SaveAsync("names of all kinds", ClientWorkflow.OfAnyName("50% off; it's so, 🎨"));
        return new(app, host, document, await DocumentAsync());

        Task<string> DocumentAsync() => app.Http.GetStringAsync(new Uri("openapi.json", UriKind.Relative));
    }

    /// <param name="Document">What it describes.</param>
    /// <param name="DocumentOfAnyNames">The same, and a tag that few generators can make a name of.</param>
    public sealed record Served(AppProcess App, SimulatedHost Host, string Document, string DocumentOfAnyNames) : IAsyncDisposable
    {
        public HttpClient Http => App.Http;

        /// <summary>Without a path.</summary>
        public string Server => Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await Host.DisposeAsync();
        }
    }
}
