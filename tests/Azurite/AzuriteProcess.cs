using System.Diagnostics;
using System.Globalization;

namespace ComfyFunc.Tests.Azurite;

/// <summary>A storage emulator in a child process, which ends with this process and keeps its data however this process ends.</summary>
public sealed partial class AzuriteProcess : IAsyncDisposable
{
    private static readonly string ShippedFolder = Path.Combine(AppContext.BaseDirectory, "Azurite");

    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(25);

    private readonly Process process;
    private readonly IDisposable? claim;
    private readonly ILogger logger;
    private readonly AzuriteOutput output;
    private int isClosing;

    private AzuriteProcess(Process process, IDisposable? claim, ILogger logger)
    {
        (this.process, this.claim, this.logger) = (process, claim, logger);
        output = new(logger);
        output.Attach(process);
        Exited = WatchAsync();
    }

    /// <summary>Opens all three services: blobs, queues and tables.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Where blobs are, for who comes with a token.</summary>
    public Uri BlobServiceUri { get; private set; } = new("about:blank");

    /// <summary>Where tables are, for who comes with a token.</summary>
    public Uri TableServiceUri { get; private set; } = new("about:blank");

    /// <summary>Completes when the emulator has ended, asked to or not.</summary>
    public Task Exited { get; }

    /// <summary>Starts an emulator, installing it first where it is not, and waits until it serves.</summary>
    public static async Task<AzuriteProcess> StartAsync(AzuriteOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        var installed = await NpmInstall.EnsureAsync("azurite", ShippedFolder, options.ToolFolder, logger, cancellationToken);
        var entry = Path.Combine(installed, "node_modules", "azurite", "dist", "src", "azurite.js");
        var claim = options.InMemory ? null : await AzuriteFolder.ClaimAsync(options.DataFolder, cancellationToken);
        AzuriteProcess azurite;
        try
        {
            azurite = new(NodeTool.Start(StartInfo(entry, options)), claim, logger);
        }
        catch
        {
            claim?.Dispose();
            throw;
        }

        try
        {
            var ports = await azurite.output.Listening.WaitAsync(LongestStart, cancellationToken);
            azurite.ConnectionString = ports.ConnectionString;
            azurite.BlobServiceUri = AzuritePorts.SecureEndpoint(ports.Blob);
            azurite.TableServiceUri = AzuritePorts.SecureEndpoint(ports.Table);
            AzuriteStarted(logger, ports.Blob, ports.Queue, ports.Table);
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets the emulator write its data and end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isClosing, 1) == 1)
        {
            return;
        }

        try
        {
            process.StandardInput.Close();
            await Exited.WaitAsync(LongestClose);
        }
        catch (TimeoutException)
        {
            AzuriteKilled(logger);
            process.Kill(entireProcessTree: true);
            await Exited;
        }
        finally
        {
            process.Dispose();
            claim?.Dispose();
        }
    }

    private static ProcessStartInfo StartInfo(string entry, AzuriteOptions options)
    {
        var folder = Path.GetFullPath(options.DataFolder);
        return new("node",
        [
            Path.Combine(ShippedFolder, "azurite-child.mjs"), entry, options.InMemory ? "-" : AzuriteFolder.PidFile(folder),
            // Azurite refuses a place to keep data that it is not to keep.
            .. (ReadOnlySpan<string>)(options.InMemory ? ["--inMemoryPersistence"] : ["--location", folder]),
            .. (ReadOnlySpan<string>)(options.Certificate is { } pem
                ? ["--oauth", "basic", "--cert", pem.Certificate, "--key", pem.Key] : []),
            "--blobHost", "127.0.0.1", "--blobPort", Text(options.BlobPort),
            "--queueHost", "127.0.0.1", "--queuePort", Text(options.QueuePort),
            "--tableHost", "127.0.0.1", "--tablePort", Text(options.TablePort),
            "--silent", "--loose", "--skipApiVersionCheck", "--disableTelemetry",
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private async Task WatchAsync()
    {
        await process.WaitForExitAsync();
        output.Ended(process.ExitCode);
        if (Volatile.Read(ref isClosing) == 0)
        {
            AzuriteEnded(logger, process.ExitCode);
        }
    }

    [LoggerMessage(3, LogLevel.Information,
        "Started the storage emulator: blobs on port {BlobPort}, queues on {QueuePort}, tables on {TablePort}.")]
    private static partial void AzuriteStarted(ILogger logger, int blobPort, int queuePort, int tablePort);

    [LoggerMessage(4, LogLevel.Critical, "The storage emulator ended by itself with code {ExitCode}.")]
    private static partial void AzuriteEnded(ILogger logger, int exitCode);

    [LoggerMessage(5, LogLevel.Error, "The storage emulator did not close in time and was killed.")]
    private static partial void AzuriteKilled(ILogger logger);
}
