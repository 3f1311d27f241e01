using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.ComfySim;
using ComfyFunc.Standalone;
using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Support;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests.Standalone;

/// <summary>What a call writes. Each write waits for the disk, so that none may creep in.</summary>
public sealed class CallWritesTests : IDisposable
{
    private const int Calls = 20;

    // Of rows that are written now and then, whatever calls there are.
    private static readonly string[] Background = ["processes", "usage", "stats"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("writes-");
    private CountingTables? tables;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_call_writes_its_run_twice_its_slot_twice_and_its_picture_once()
    {
        string[] args = ["--urls", "http://127.0.0.1:0", "--Data", folder.FullName];
        using var storage = await LocalStorage.OpenAsync(StartSettings.Read(StandaloneApp.ReadSettings(args)), Cancellation);
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        await using var app = StandaloneApp.Build(args, storage, b =>
        {
            b.Logging.ClearProviders();
            b.Host.UseServiceProviderFactory(new Counted(this));
        });
        await app.StartAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = new(StandaloneApp.UrlOf(app), "api/") };
        await http.AddHostAsync("host", host);
        await http.SaveAsync("least", Prompts.Slow);
        var meter = app.Services.GetRequiredService<StorageMeter>();
        var seen = new List<(int Sum, string Text)>();
        for (var i = 0; i < Calls; i++)
        {
            tables!.Writes.Clear(); // It has been made with the app.
            meter.Reset();
            Assert.Equal("succeeded", Caller.Status(await http.RunAsync("least", $$$"""{"sleep":{"seconds":0},"canvas":{"color":{{{i}}}}}""")));
            await Eventually.SeesAsync(() => Task.FromResult(tables.Writes.GetValueOrDefault("hosts PUT")), writes => writes >= 2);
            seen.Add(Counts(meter));
        }

        // The leanest: on a busy machine a host may take so long that the run's row says meanwhile that it executes.
        Assert.Equal("blob PUT 1, hosts PUT 2, runs POST 1, runs PUT 1", seen.MinBy(s => s.Sum).Text);
        await app.StopAsync(Cancellation);
    }

    private (int Sum, string Text) Counts(StorageMeter meter)
    {
        var counts = tables!.Writes.Where(w => !Background.Contains(w.Key.Split(' ')[0]))
            .Append(KeyValuePair.Create("blob PUT", (int)meter.Counts.GetValueOrDefault(new("blob", "PUT"))))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        return (counts.Values.Sum(), string.Join(", ", counts.Select(c => $"{c.Key} {c.Value}")));
    }

    /// <summary>Puts the counting tables before those of the app.</summary>
    private sealed class Counted(CallWritesTests test) : IServiceProviderFactory<IServiceCollection>
    {
        public IServiceCollection CreateBuilder(IServiceCollection services)
        {
            var inner = (IDocumentTables)services.Last(s => s.ServiceType == typeof(IDocumentTables)).ImplementationInstance!; // The store's.
            test.tables = new(inner);
            return services.AddSingleton<IDocumentTables>(test.tables);
        }

        public IServiceProvider CreateServiceProvider(IServiceCollection containerBuilder) => containerBuilder.BuildServiceProvider();
    }
}
