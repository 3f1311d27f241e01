using System.Globalization;

namespace ComfyFunc.Engine.Sync;

/// <summary>What the files are called that hosts are given, and those that are moved aside.</summary>
public static class SyncNames
{
    /// <summary>Where ComfyUI lists workflows, and ours among them.</summary>
    public const string Folder = "workflows/ComfyFunc";

    public static string FileOf(string workflow) => $"{workflow}.json";

    /// <summary>The name of a file that somebody edited.</summary>
    /// <param name="at">Said in UTC, to the minute, in characters that every system has in names.</param>
    /// <param name="try">From 1: the names before it were taken.</param>
    public static string CopyOf(string workflow, HostId host, DateTimeOffset at, int @try)
    {
        var number = @try == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", {@try}");
        return string.Create(CultureInfo.InvariantCulture,
            $"{workflow} (edited on {host.Value} {at.UtcDateTime:yyyy-MM-dd HH.mm}{number}).json");
    }
}
