using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Acceptance.Kills;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Standalone on its embedded store, killed again and again in the midst of work.</summary>
[Collection(nameof(AppCollection))]
public class KillTests
{
    private const int Kills = 18;
    private const int Clients = 6;
    private const int MostAnswers = 30;

    // A slot that a kill left lent is given back after twenty seconds; there are enough for all of them.
    private const int Slots = 64;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>COMFYFUNC_SEED draws the same requests and the same moments again.</summary>
    [Fact]
    public async Task What_was_answered_is_there_whole_however_often_the_process_is_killed_and_nothing_is_half_there()
    {
        if (AppProcess.IsFunctionsApp)
        {
            return; // It has no store of its own.
        }

        var seed = Environment.GetEnvironmentVariable("COMFYFUNC_SEED") is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next(1_000_000);
        Say($"COMFYFUNC_SEED={seed}");
        var random = new Random(seed);
        await using var one = await SimulatedHost.StartAsync(new() { Name = "one", Speed = 0 }, Cancellation);
        await using var two = await SimulatedHost.StartAsync(new() { Name = "two", Speed = 0 }, Cancellation);
        await using var app = await StartAsync(one, two);
        using var anyone = new HttpClient();
        RandomClient[] clients = [.. Enumerable.Range(0, Clients).Select(n => new RandomClient(n, seed, app.Http, anyone))];
        var watch = Stopwatch.StartNew();
        var answers = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var moment = new KillMoment(random.Next(1, MostAnswers + 1));
            var work = Task.WhenAll(clients.Select(c => c.WorkAsync(moment)));
            await Task.WhenAny(moment.Reached, work);
            app.Kill();
            await work;
            answers += moment.Answers;
            await app.StartAsync();
            await CheckAsync(clients.SelectMany(c => c.TakeTouched()));
        }

        Say($"{answers} requests were answered, between {Kills} kills, in {watch.Elapsed.TotalSeconds:F1} s.");
        ImmutableArray<IKept> kept = [.. clients.SelectMany(c => c.Kept)];
        await Task.WhenAll(kept.OfType<KeptRun>().Select(r => r.EndAsync()));
        await CheckAsync(kept);
        Say($"{kept.Length} things were looked at again after {watch.Elapsed.TotalSeconds:F1} s.");
        await AssertNoCallMadeTwoAsync(app);
        app.Kill();

        var audit = await StoreAudit.OfAsync(app.DataFolder, Cancellation);
        Assert.Empty(audit.Faults);
        Assert.All(kept.OfType<KeptUpload>().Where(u => u.IsAnswered), u => Assert.Equal(u.Sha256,
            Assert.Single(audit.Blobs, b => b.Key.EndsWith(u.Ref!["upload:".Length..], StringComparison.Ordinal)).Value.Sha256));
        Say($"All done after {watch.Elapsed.TotalSeconds:F1} s.");
    }

    private static Task CheckAsync(IEnumerable<IKept> kept) => Parallel.ForEachAsync(kept,
        new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = Cancellation }, async (one, _) => await one.CheckAsync());

    // A call that was not answered made a run or none, and so did it when it was made again.
    private static async Task AssertNoCallMadeTwoAsync(AppProcess app)
    {
        var calls = new List<int>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = await (await app.Http.GetAsync(new Uri($"runs?limit=200{continuation}", UriKind.Relative), Cancellation)).JsonAsync();
            foreach (var run in page["runs"]!.AsArray())
            {
                calls.Add((int)run!["metadata"]!["call"]!);
            }

            continuation = (string?)page["continuation"] is { } next ? $"&continuation={Uri.EscapeDataString(next)}" : null;
        }

        Assert.Equal(calls.Distinct().Count(), calls.Count);
    }

    private static async Task<AppProcess> StartAsync(params SimulatedHost[] hosts)
    {
        var app = await AppProcess.StartAsync(new StorageOptions());
        foreach (var host in hosts)
        {
            await app.Http.AddHostAsync(host.Name, host, slots: Slots);
        }

        await app.Http.SaveAsync("small", Prompts.Slow);
        await app.Http.SaveAsync("large", Prompts.Heavy);
        await app.Http.SaveAsync("upload", Prompts.Upload);
        return app;
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line); // There is one in a test.
}
