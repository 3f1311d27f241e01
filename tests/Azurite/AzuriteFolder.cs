using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ComfyFunc.Tests.Azurite;

/// <summary>
/// Claims a data folder for one emulator: no two processes at once, and not before an emulator whose parent died has written its data.
/// </summary>
internal static class AzuriteFolder
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static string PidFile(string folder) => Path.Combine(folder, "azurite.pid");

    public static async Task<IDisposable> ClaimAsync(string folder, CancellationToken cancellationToken)
    {
        var claim = await FileLock.TakeAsync(Path.Combine(folder, "azurite.lock"), TimeSpan.FromSeconds(5), cancellationToken)
            ?? throw new InvalidOperationException($"Another process keeps its data in '{folder}'.");
        try
        {
            await WaitForLastAsync(PidFile(folder), cancellationToken);
            return claim;
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    private static async Task WaitForLastAsync(string pidFile, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (IsAlive(pidFile))
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new InvalidOperationException($"The emulator named in '{pidFile}' is still running.");
            }

            await Task.Delay(Pause, cancellationToken);
        }

        File.Delete(pidFile);
    }

    private static bool IsAlive(string pidFile)
    {
        try
        {
            if (!File.Exists(pidFile)
                || !int.TryParse(File.ReadAllText(pidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                return false;
            }

            using var process = Process.GetProcessById(pid);
            // Process ids are used again: whoever started after the file was written is somebody else.
            return process.StartTime.ToUniversalTime() <= File.GetLastWriteTimeUtc(pidFile).AddSeconds(1);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception or IOException)
        {
            return false;
        }
    }
}
