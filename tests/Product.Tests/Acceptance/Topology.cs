namespace ComfyFunc.Tests.Acceptance;

/// <summary>One app that is several processes over one storage.</summary>
internal sealed class Topology : IAsyncDisposable
{
    private readonly List<AppProcess> processes = [];

    private Topology()
    {
    }

    public IReadOnlyList<AppProcess> Processes => processes;

    /// <summary>One that serves the API.</summary>
    public HttpClient Http => Processes[0].Http;

    /// <summary>One that serves the API and does not listen to hosts for the runs that come through <see cref="Http"/>.</summary>
    public HttpClient Afar => AppProcess.IsFunctionsApp ? Http : Processes[1].Http;

    /// <summary>
    /// As on Flex Consumption, where HTTP, Durable and each timer are processes of their own. Standalone has no such parts: it is there
    /// twice.
    /// </summary>
    public static async Task<Topology> ApartAsync(AzuriteFixture azurite) =>
        await StartAsync(azurite,
            AppProcess.IsFunctionsApp ? ["http", "durable", "function:SweepOften", "function:SweepSeldom"] : [null, null]);

    /// <summary>Two instances that serve everything.</summary>
    public static Task<Topology> TwiceAsync(AzuriteFixture azurite) => StartAsync(azurite, [null, null]);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    private static async Task<Topology> StartAsync(AzuriteFixture azurite, string?[] groups)
    {
        var storage = await azurite.NewStorageAsync();
        var app = new Topology();
        try
        {
            foreach (var group in groups)
            {
                app.processes.Add(await AppProcess.StartAsync(storage, group: group));
            }

            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }
}
