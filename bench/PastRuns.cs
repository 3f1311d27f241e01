using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Standalone;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Bench;

/// <summary>
/// Ended runs of the last two days, as the application itself writes them: twenty workflows, four clients, one in a hundred failed, and
/// <see cref="RareCount"/> of a workflow that nobody calls otherwise.
/// </summary>
internal sealed class PastRuns(IDocumentTables tables, TimeProvider clock)
{
    public const string Rare = "rare";
    public const int RareCount = 10;

    private static readonly TimeSpan Span = TimeSpan.FromDays(2);

    private readonly JsonElement given = JsonElement.Parse("""{"canvas":{"color":4711},"prompt":"a lighthouse at dusk, oil on canvas"}""");

    public static async Task FillAsync(Store store, int count)
    {
        using var storage = await LocalStorage.OpenAsync(
            StartSettings.Read(StandaloneApp.ReadSettings(store.Settings)), CancellationToken.None);
        var services = new ServiceCollection().AddLogging(l => l.SetMinimumLevel(LogLevel.Warning));
        storage.AddTo(services);
        await using var provider = services.BuildServiceProvider();
        await new PastRuns(provider.GetRequiredService<IDocumentTables>(), TimeProvider.System).WriteAsync(count);
    }

    private async Task WriteAsync(int count)
    {
        using var runs = new RunStore(tables, new(tables));
        var first = clock.GetUtcNow() - Span;
        await tables.EnsureCreatedAsync(["runs", "places"], CancellationToken.None);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = Store.IsAzurite ? 16 : 256 },
            async (i, ct) => await runs.InsertAsync(Ended(i, first + (Span * ((double)i / count)), i % (count / RareCount) == 0), ct));
    }

    private RunRecord Ended(int number, DateTimeOffset at, bool isRare)
    {
        var id = new RunId(Ulid.NewUlid(at).ToString());
        var host = new HostId($"gpu-{number % 8}");
        var prompt = PromptId.Of(id, 1);
        return new()
        {
            Id = id,
            Workflow = isRare ? Rare : string.Create(CultureInfo.InvariantCulture, $"workflow-{number % 20}"),
            Version = 3,
            Content = "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730",
            Catalog = "bf07a7fbb825fc0aae7bf4a1177b2b31fcf8a3feeaf7092761e18c859ee52a9c",
            Inputs = id.Value[^16..],
            Client = $"client-{number % 4}",
            CreatedAt = at,
            StartedAt = at,
            CompletedAt = at.AddSeconds(6),
            Limits = new() { StartBy = at.AddHours(1), FinishBy = at.AddHours(2) },
            State = new RunState.Ended(number % 100 == 7
                ? new RunOutcome.Failed(new(FaultCode.RunTimeout, "The run had not ended in time.", Retryable: true))
                : new RunOutcome.Succeeded()),
            Step = 6,
            Values = given,
            Given = given,
            Seeds = [new("3", "seed", 42, "sampler")],
            Attempts = [new(1, host, prompt, at, at.AddSeconds(6), "succeeded") { BegunAt = at }],
            OutputTags = ["picture"],
            Artifacts = number % 100 == 7 ? [] : ImmutableArray.Create(new RunArtifact
            {
                Tag = "picture",
                Type = "image",
                Name = "picture_00001_.png",
                ContentType = "image/png",
                Bytes = 1_234_567,
                Width = 1024,
                Height = 1024,
                Sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                Blob = RunBlobs.Output(id, 1, "9", 0),
            }),
        };
    }
}
