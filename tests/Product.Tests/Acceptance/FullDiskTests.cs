using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Acceptance.Kills;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Standalone where there is no room left: it says so, keeps what it has, and goes on by itself when there is room again.</summary>
[Collection(nameof(AppCollection))]
public class FullDiskTests
{
    private const int Megabyte = 1 << 20;

    private static readonly HttpClient Anyone = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_may_take_no_more()
    {
        if (AppProcess.IsFunctionsApp)
        {
            return; // It has no store of its own.
        }

        await using var app = await AppProcess.StartAsync(new StorageOptions(),
            new Dictionary<string, string> { ["MaxDataBytes"] = $"{24 * Megabyte}" });
        var refused = await FillAndRecoverAsync(app, runs => DeleteAsync(app, runs));
        app.Kill();

        var audit = await StoreAudit.OfAsync(app.DataFolder, Cancellation);
        Assert.Empty(audit.Faults);
        Assert.DoesNotContain(audit.Blobs.Keys, b => refused.Any(r => b.EndsWith(r, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_disk_that_is_full(bool isRoomMadeByDeletes)
    {
        if (AppProcess.IsFunctionsApp)
        {
            return;
        }

        Assert.SkipUnless(await CanMountAsync(), "This system lets no process of this user have a disk of its own (unshare -rm, mount).");
        await using var app = await AppProcess.StartOnDiskAsync(72);
        var others = Path.Combine(app.LivingDataFolder, "others");
        await File.WriteAllBytesAsync(others, new byte[8 * Megabyte], Cancellation);
        await FillAndRecoverAsync(app, runs =>
        {
            if (isRoomMadeByDeletes)
            {
                return DeleteAsync(app, runs);
            }

            File.Delete(others);
            return Task.CompletedTask;
        });
        Assert.DoesNotContain(Directory.EnumerateFiles(app.LivingDataFolder, "*", SearchOption.AllDirectories),
            f => f.EndsWith(".part", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_start_on_a_disk_that_is_full(bool isRoomMadeByDeletes, bool isBroughtBack)
    {
        if (AppProcess.IsFunctionsApp)
        {
            return;
        }

        Assert.SkipUnless(await CanMountAsync(), "This system lets no process of this user have a disk of its own (unshare -rm, mount).");
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        await using var before = await AppProcess.StartAsync(new StorageOptions(), new Dictionary<string, string>());
        await before.Http.AddHostAsync("host", host);
        await before.Http.SaveAsync("large", Prompts.Heavy);
        var runs = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            runs.Add((string)(await before.Http.RunAsync("large", $$$"""{"canvas":{"color":{{{i}}}},"sleep":{"seconds":0}}"""))["id"]!);
        }

        before.Kill();
        if (isBroughtBack)
        {
            File.Delete(Path.Combine(before.DataFolder, "comfyfunc.db-shm")); // No backup has it, and nothing can be read without.
        }

        await using var app = await AppProcess.StartOnDiskAsync(72, before.DataFolder);
        Assert.Equal((503, "Storage is full."), await Eventually.SeesAsync(() => ReadyAsync(app), r => r.Status == 503));
        Assert.Equal("succeeded", Caller.Status(await app.Http.RunOfAsync(runs[^1])));
        await FillAsync(app, 2_000);

        if (isRoomMadeByDeletes)
        {
            await DeleteAsync(app, runs);
        }
        else
        {
            File.Delete(Path.Combine(app.LivingDataFolder, "others"));
        }

        Assert.Equal((200, null), await Eventually.SeesAsync(() => ReadyAsync(app), r => r.Status == 200));
        Assert.Equal("succeeded", Caller.Status(await app.Http.RunAsync("large", """{"canvas":{"color":77},"sleep":{"seconds":0}}""")));
    }

    private static async Task DeleteAsync(AppProcess app, IReadOnlyList<string> runs)
    {
        foreach (var id in runs)
        {
            using var deleted = await app.Http.DeleteAsync(new Uri($"runs/{id}", UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }
    }

    /// <param name="app">What is filled.</param>
    /// <param name="makeRoom">Is given runs that have ended, each with a large file.</param>
    /// <returns>The refs of the files that were refused.</returns>
    private static async Task<List<string>> FillAndRecoverAsync(AppProcess app, Func<IReadOnlyList<string>, Task> makeRoom)
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        await app.Http.AddHostAsync("host", host);
        await app.Http.SaveAsync("large", Prompts.Heavy);
        var large = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var run = await app.Http.RunAsync("large", $$$"""{"canvas":{"color":{{{i}}}},"sleep":{"seconds":0}}""");
            Assert.Equal("succeeded", Caller.Status(run));
            large.Add((string)run["id"]!);
        }

        // It ends, and has a file to be stored, when there is no room.
        host.Faults.HttpDelayMs = 1500;
        var open = await app.Http.StartAsync("large", """{"canvas":{"color":77},"sleep":{"seconds":0}}""");
        var refused = new List<string>();
        foreach (var length in new[] { Megabyte, 100_000, 20_000, 2_000 })
        {
            refused.Add(await FillAsync(app, length));
        }

        host.Faults.Clear();
        Assert.Equal((503, "Storage is full."), await Eventually.SeesAsync(() => ReadyAsync(app), r => r.Status == 503));
        using var save = await app.Http.PutAsync(new Uri("workflows/new", UriKind.Relative), Caller.Body(Prompts.Slow), Cancellation);
        Assert.Equal((HttpStatusCode.InsufficientStorage, "storage_unavailable"), (save.StatusCode, (string)(await save.JsonAsync())["code"]!));
        Assert.Contains(Caller.Status(await app.Http.RunOfAsync(open)), (string[])["queued", "running"]);

        await makeRoom(large);
        Assert.Equal((200, null), await Eventually.SeesAsync(() => ReadyAsync(app), r => r.Status == 200));
        Assert.Equal("succeeded", Caller.Status(await app.Http.EndAsync(open)));
        await app.Http.SaveAsync("new", Prompts.Slow);
        Assert.Equal("succeeded", Caller.Status(await app.Http.RunAsync("new", """{"sleep":{"seconds":0}}""")));
        foreach (var name in refused)
        {
            using var missing = await app.Http.CallAsync("large", $$$"""{"canvas":{"color":"upload:{{{name}}}"}}""");
            Assert.Equal(HttpStatusCode.BadRequest, missing.StatusCode);
        }

        return refused;
    }

    /// <summary>Sends files until one is refused.</summary>
    /// <returns>Its ref.</returns>
    private static async Task<string> FillAsync(AppProcess app, int length)
    {
        for (var sent = 0; sent < 200; sent++)
        {
            var upload = await (await app.Http.PostAsync("uploads")).JsonAsync();
            using var body = new ByteArrayContent(new byte[length]);
            using var answer = await Anyone.PutAsync(new Uri((string)upload["url"]!), body, Cancellation);
            if (answer.StatusCode != HttpStatusCode.Created)
            {
                Assert.Equal((HttpStatusCode.InsufficientStorage, "storage_unavailable"),
                    (answer.StatusCode, (string)(await answer.JsonAsync())["code"]!));
                return ((string)upload["ref"]!)["upload:".Length..];
            }
        }

        throw new InvalidOperationException($"The store has not become full with files of {length} bytes.");
    }

    private static async Task<(int Status, string? Reason)> ReadyAsync(AppProcess app)
    {
        using var answer = await app.Http.GetAsync(new Uri("ready", UriKind.Relative), Cancellation);
        return ((int)answer.StatusCode, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["reason"]);
    }

    private static async Task<bool> CanMountAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using var process = Process.Start("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]);
        await process.WaitForExitAsync(Cancellation);
        return process.ExitCode == 0;
    }
}
