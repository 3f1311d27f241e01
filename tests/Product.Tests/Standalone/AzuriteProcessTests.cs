using System.Diagnostics;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Tests.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Standalone;

public sealed class AzuriteProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Data_outlives_an_orderly_end()
    {
        await using (var first = await StartAsync())
        {
            await WriteAsync(first.ConnectionString);
        }

        await using var second = await StartAsync();
        await AssertWrittenAsync(second.ConnectionString);
    }

    [Fact]
    public async Task Data_outlives_a_parent_that_is_killed_and_azurite_does_not()
    {
        using var parent = StartParent();
        var connection = await parent.StandardOutput.ReadLineAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromMinutes(5), Cancellation);
        Assert.NotNull(connection);
        using var azurite =
            Process.GetProcessById(
                int.Parse(await File.ReadAllTextAsync(PidFile, Cancellation), System.Globalization.CultureInfo.InvariantCulture));
        await WriteAsync(connection);

        parent.Kill();

        await using var next = await StartAsync();
        await AssertWrittenAsync(next.ConnectionString);
        await azurite.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }

    [Fact]
    public async Task A_folder_belongs_to_one_process_at_a_time()
    {
        await using var first = await StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(StartAsync);
    }

    [Fact]
    public async Task An_emulator_that_dies_is_noticed_and_its_folder_is_free_again()
    {
        await using (var first = await StartAsync())
        {
            using var azurite =
                Process.GetProcessById(
                    int.Parse(await File.ReadAllTextAsync(PidFile, Cancellation), System.Globalization.CultureInfo.InvariantCulture));
            azurite.Kill();
            await first.Exited.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        }

        await using var second = await StartAsync();
    }

    [Fact]
    public async Task Many_starts_at_once_share_one_installation()
    {
        var started = await Task.WhenAll(Enumerable.Range(0, 3)
            .Select(_ => AzuriteProcess.StartAsync(Options with { InMemory = true }, NullLogger.Instance, Cancellation)));
        Assert.Equal(3, started.Select(a => a.ConnectionString).Distinct().Count());
        foreach (var azurite in started)
        {
            await azurite.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_so()
    {
        await using var first = await AzuriteProcess.StartAsync(Options with { InMemory = true }, NullLogger.Instance, Cancellation);
        var taken = new Uri(first.ConnectionString.Split("BlobEndpoint=")[1].Split(';')[0]).Port;
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => AzuriteProcess.StartAsync(Options with { InMemory = true, BlobPort = taken }, NullLogger.Instance, Cancellation));
        Assert.Contains("EADDRINUSE", failure.Message, StringComparison.Ordinal);
    }

    private AzuriteOptions Options => new() { DataFolder = folder.FullName, ToolFolder = TestFolders.Tools };

    private string PidFile => Path.Combine(folder.FullName, "azurite.pid");

    private Task<AzuriteProcess> StartAsync() => AzuriteProcess.StartAsync(Options, NullLogger.Instance, Cancellation);

    private Process StartParent()
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(AzuriteProcessTests).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { [AzuriteParent.Variable] = folder.FullName },
        };
        return Process.Start(start)!; // A program that cannot be started throws.
    }

    private static async Task WriteAsync(string connection)
    {
        await using var storage = await Storage(connection).CreatedAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.IsType<WriteReply.Written>(await storage.Tables["things"].InsertAsync(new("p", $"{i}", $"{i}"), Cancellation));
            await storage.Blobs.PutBytesAsync($"file{i}", new byte[100_000 + i], "x/y", Cancellation);
        }
    }

    private static async Task AssertWrittenAsync(string connection)
    {
        await using var storage = Storage(connection);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"{i}", (await storage.Tables["things"].FindAsync("p", $"{i}", Cancellation))?.Json);
            Assert.Equal(100_000 + i, (await storage.Blobs.ReadBytesAsync($"file{i}", 200_000, Cancellation))?.Length);
        }
    }

    private static StorageServices Storage(string connection) => StorageServices.Of(new() { ConnectionString = connection });
}
