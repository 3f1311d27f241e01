using System.Diagnostics;
using System.Security.Cryptography;

namespace ComfyFunc.Tests.Azurite;

/// <summary>Installs what a lock file pins with npm, once for each version of the lock file.</summary>
internal static partial class NpmInstall
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <param name="name">What it is installed for.</param>
    /// <param name="lockFolder">Where package.json and package-lock.json are.</param>
    /// <param name="toolFolder">Below it comes a folder for each lock file: an upgrade leaves the files of what is still running
    /// alone.</param>
    /// <returns>The folder that has node_modules.</returns>
    public static async Task<string> EnsureAsync(string name, string lockFolder, string toolFolder, ILogger logger,
        CancellationToken cancellationToken)
    {
        var version =
            Convert.ToHexStringLower(
                SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(lockFolder, "package-lock.json"), cancellationToken)))[..12];
        var folder = Path.GetFullPath(Path.Combine(toolFolder, $"{name}-{version}"));
        var complete = Path.Combine(folder, "complete");
        if (File.Exists(complete))
        {
            return folder;
        }

        using var held = await FileLock.TakeAsync(Path.Combine(folder, "install.lock"), Patience, cancellationToken)
            ?? throw new InvalidOperationException($"Another process is still installing into '{folder}'.");
        if (File.Exists(complete))
        {
            return folder;
        }

        Installing(logger, name, folder);
        foreach (var file in (string[])["package.json", "package-lock.json"])
        {
            File.Copy(Path.Combine(lockFolder, file), Path.Combine(folder, file), overwrite: true);
        }

        await RunNpmAsync(name, folder, cancellationToken);
        await File.WriteAllTextAsync(complete, "", cancellationToken);
        return folder;
    }

    private static async Task RunNpmAsync(string name, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
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
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"npm could not install {name} (code {npm.ExitCode}). {errors}".TrimEnd());
            }
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw;
        }
    }

    [LoggerMessage(6, LogLevel.Information, "Installing {Name} into {Folder}; this happens once.")]
    private static partial void Installing(ILogger logger, string name, string folder);
}
