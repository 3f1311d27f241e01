using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Bench;

/// <summary>
/// What measurements of the dispatcher alone stand on: the application over storage in memory, and runs that no host executes.
/// </summary>
internal static class DispatchRig
{
    /// <summary>So many workflows, of four clients.</summary>
    private const int Kinds = 20;
    private const int Clients = 4;

    public static ServiceProvider Over(IDocumentTables tables, IRunDriver driver, IBlobStore? blobs = null)
    {
        var services = new ServiceCollection().AddLogging(l => l.SetMinimumLevel(LogLevel.Warning))
            .AddSingleton(driver).AddSingleton(TimeProvider.System).AddSingleton(tables);
        if (blobs is not null)
        {
            services.AddSingleton(blobs);
        }

        return services.AddMemoryStorage().AddSingleton(new ComfyFuncOptions()).AddComfyFunc(new ConfigurationBuilder().Build())
            .BuildServiceProvider();
    }

    /// <summary>Hosts on which each workflow has ended well once: else a version would go to two of them at most.</summary>
    public static async Task AddHostsAsync(IServiceProvider services, int count, int slots, double seconds)
    {
        var catalog = await services.GetRequiredService<HostCatalogs>().KeepAsync("{}"u8.ToArray(), CancellationToken.None);
        var times = Enumerable.Range(0, Kinds).Aggregate(LearnedTimes.None,
            (known, kind) => known.After(new Observation(NameOf(kind), [], [], seconds, DateTimeOffset.UtcNow)));
        for (var i = 0; i < count; i++)
        {
            var id = new HostId($"h{i:0000}");
            var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://h{i}:8188/"));
            await services.GetRequiredService<HostStore>().PutAsync(id,
                _ => new() { Id = id, Url = url, Slots = slots, CatalogHash = catalog.Hash, Times = times }, CancellationToken.None);
        }
    }

    /// <summary>Knows the hosts and what they have as their rows say it.</summary>
    public static async Task LearnHostsAsync(IServiceProvider services)
    {
        var hosts = services.GetRequiredService<HostStore>();
        await hosts.RefreshAsync(CancellationToken.None);
        await services.GetRequiredService<CatalogWatch>().LoadAsync(hosts.Known, CancellationToken.None);
    }

    /// <summary>A run that has been accepted, and its place in the queue.</summary>
    public static (RunRecord Run, WaitingRun Waiting) Accepted(int number)
    {
        var (now, id) = (DateTimeOffset.UtcNow, RunIds.New(TimeProvider.System));
        var run = new RunRecord
        {
            Id = id,
            Workflow = "w",
            Version = 1,
            Content = "c",
            Catalog = "k",
            CreatedAt = now,
            Limits = new() { StartBy = now.AddHours(1), FinishBy = now.AddHours(1) },
            State = new RunState.Waiting(Engine.Runs.Placement.First),
        };
        return (run, new()
        {
            Run = id,
            Placement = Engine.Runs.Placement.First,
            Since = now,
            Client = $"c{number % Clients}",
            Work = new() { Name = NameOf(number % Kinds) },
        });
    }

    private static string NameOf(int kind) => $"w{kind}@1";
}
