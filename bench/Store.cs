using ComfyFunc.Tests.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Bench;

/// <summary>What apps keep their data in: a folder for the embedded store, or an Azurite of its own (<c>COMFYFUNC_STORAGE=azurite</c>).</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private readonly AzuriteProcess? azurite;

    private Store(DirectoryInfo folder, AzuriteProcess? azurite) => (this.folder, this.azurite) = (folder, azurite);

    public static bool IsAzurite => Environment.GetEnvironmentVariable("COMFYFUNC_STORAGE") is "azurite";

    /// <summary>As on the command line of an app.</summary>
    public string[] Settings =>
        ["--Data", folder.FullName, .. azurite is null ? [] : new[] { $"--Storage:ConnectionString={azurite.ConnectionString}" }];

    public static async Task<Store> CreateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("bench-");
        return new(folder, !IsAzurite ? null : await AzuriteProcess.StartAsync(
            new() { DataFolder = folder.FullName, ToolFolder = Path.GetFullPath(".tools") }, NullLogger.Instance, CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }

        folder.Delete(recursive: true);
    }
}
