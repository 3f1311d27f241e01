using System.Diagnostics;
using System.Reflection;

namespace ComfyFunc.Tests.Infra;

/// <summary>
/// The Bicep compiler of the version that is pinned, from its package: it needs no network. Elsewhere than on Linux the one on the PATH.
/// </summary>
internal static class Bicep
{
    private static readonly string Program = OperatingSystem.IsLinux()
        ? typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Bicep").Value!
        : "bicep";

    /// <summary>Where the infrastructure is described.</summary>
    public static string Folder => Path.Combine(TestFolders.Root, "infra");

    /// <summary>All that is compiled, by its path below <see cref="Folder"/>.</summary>
    public static IEnumerable<string> Files => Directory.EnumerateFiles(Folder, "*.bicep*", SearchOption.AllDirectories)
        .Where(f => f.EndsWith(".bicep", StringComparison.Ordinal) || f.EndsWith(".bicepparam", StringComparison.Ordinal))
        .Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal);

    /// <summary>For commands that write beside what they read.</summary>
    public static void CopyTo(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!); // A file has a folder.
            File.Copy(file, copy);
        }
    }

    /// <summary>Runs it in a folder, with nothing in the environment but what is given.</summary>
    public static async Task<(int ExitCode, string Said, string Complaints)> RunAsync(string folder,
        IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(k => k is not ("PATH" or "HOME" or "TMPDIR")).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var cancellation = TestContext.Current.CancellationToken;
        using var process = Process.Start(start)!; // No shell, so there is a process.
        var complaints = process.StandardError.ReadToEndAsync(cancellation);
        var said = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, said, await complaints);
    }
}
