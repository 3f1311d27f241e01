using System.Diagnostics;
using System.Security.Cryptography;

namespace ComfyFunc.Standalone;

/// <summary>Installs the pinned emulator with npm, once for each version of the lock file.</summary>
internal static partial class AzuriteInstall
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static string ShippedFolder => Path.Combine(AppContext.BaseDirectory, "Azurite");

    /// <returns>The script that starts the emulator.</returns>
    public static async Task<string> EnsureAsync(string toolFolder, ILogger logger, CancellationToken cancellationToken)
    {
        // A folder for each lock file: an upgrade leaves the files of an emulator that is still running alone.
        var version = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Shipped("package-lock.json"), cancellationToken)))[..12];
        var folder = Path.GetFullPath(Path.Combine(toolFolder, $"azurite-{version}"));
        var entry = Path.Combine(folder, "node_modules", "azurite", "dist", "src", "azurite.js");
        var complete = Path.Combine(folder, "complete");
        if (File.Exists(complete)) return entry;

        using var held = await FileLock.TakeAsync(Path.Combine(folder, "install.lock"), Patience, cancellationToken)
            ?? throw new InvalidOperationException($"Another process is still installing Azurite into '{folder}'.");
        if (File.Exists(complete)) return entry;

        InstallingAzurite(logger, folder);
        File.Copy(Shipped("package.json"), Path.Combine(folder, "package.json"), overwrite: true);
        File.Copy(Shipped("package-lock.json"), Path.Combine(folder, "package-lock.json"), overwrite: true);
        await RunNpmAsync(folder, cancellationToken);
        await File.WriteAllTextAsync(complete, "", cancellationToken);
        return entry;
    }

    private static string Shipped(string name) => Path.Combine(ShippedFolder, name);

    private static async Task RunNpmAsync(string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = NodeTool.Start(start);
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = await npm.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0) throw new InvalidOperationException($"npm could not install Azurite (code {npm.ExitCode}). {errors}".TrimEnd());
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Information, "Installing the storage emulator into {Folder}; this happens once.")]
    private static partial void InstallingAzurite(ILogger logger, string folder);
}
