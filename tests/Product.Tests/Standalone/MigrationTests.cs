using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Acceptance;

namespace ComfyFunc.Tests.Standalone;

/// <summary>What one machine keeps in its folder goes on in an account: workflows, runs, their files, and what waits.</summary>
[Collection(nameof(AppCollection))]
public sealed class MigrationTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_over_the_account_has_all_that_the_folder_had_and_does_what_waited()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var local = await AppProcess.StartAsync(new StorageOptions());
        await local.Http.AddHostAsync("here", host);
        await local.Http.SaveAsync("moved", Prompts.Slow);
        var done = await local.Http.RunAsync("moved", """{"sleep":{"seconds":0}}""");
        using (await local.Http.PostAsync("queue/pause"))
        {
        }

        var waiting = await local.Http.StartAsync("moved", """{"sleep":{"seconds":0}}""");
        var inUse = await MigrateAsync(local, await azurite.NewStorageAsync());
        Assert.Equal(2, inUse.ExitCode);
        Assert.StartsWith("Data: another ComfyFunc is using the folder", inUse.Errors, StringComparison.Ordinal);
        local.Kill();

        var account = await azurite.NewStorageAsync();
        var migrated = await MigrateAsync(local, account);
        Assert.Equal((0, ""), (migrated.ExitCode, migrated.Errors));
        Assert.Contains("is in the account:", migrated.Output, StringComparison.Ordinal);
        var again = await MigrateAsync(local, account);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("is not empty", again.Errors, StringComparison.Ordinal);

        await using var app = await AppProcess.StartAsync(account, new Dictionary<string, string> { ["ComfyFunc__Links"] = "Proxy" });
        var (before, now) = (FileOf(done), FileOf(await app.Http.RunOfAsync((string)done["id"]!)));
        Assert.Equal((string?)before["sha256"], (string?)now["sha256"]);
        using var anyone = new HttpClient();
        // A link from before, at the new server.
        var given = new UriBuilder((string)before["url"]!) { Port = app.Http.BaseAddress!.Port }.Uri;
        foreach (var link in new[] { given, new Uri((string)now["url"]!) })
        {
            Assert.Equal((long)now["bytes"]!, (await anyone.GetByteArrayAsync(link, Cancellation)).LongLength);
        }

        using (await app.Http.PostAsync("queue/resume"))
        {
        }

        Assert.Equal("succeeded", Caller.Status(await app.Http.EndAsync(waiting)));
    }

    [Theory]
    [InlineData("migrate", "migrate: say where to: --Storage:ConnectionString <connection string>, or --Storage:AccountName <account>.")]
    [InlineData("migrate --Storage:ConnectionString=UseDevelopmentStorage=true --Data none",
        "migrate: none has no data. Choose the folder: --Data <folder>.")]
    public async Task Without_a_place_or_data_it_is_refused(string line, string fault)
    {
        var folder = Directory.CreateTempSubdirectory("migrate-");
        try
        {
            var refused = await StandaloneRun.StartAsync(folder.FullName, line.Split(' '));
            Assert.Equal((2, fault, ""), (refused.ExitCode, refused.Errors.TrimEnd(), refused.Output));
            Assert.Empty(folder.EnumerateFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static JsonNode FileOf(JsonObject run) => run["outputs"]!["image"]![0]!;

    private static Task<StandaloneRun> MigrateAsync(AppProcess app, StorageOptions account) => StandaloneRun.StartAsync(
        Path.GetTempPath(), ["migrate", "--Data", app.DataFolder, $"--Storage:ConnectionString={account.ConnectionString}",
            $"--Storage:Container={account.Container}", $"--Storage:TablePrefix={account.TablePrefix}"]);
}
