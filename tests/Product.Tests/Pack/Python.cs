using System.ComponentModel;
using System.Diagnostics;

namespace ComfyFunc.Tests.Pack;

/// <summary>A Python 3 that has aiohttp, which is what ComfyUI brings and the pack needs.</summary>
internal static class Python
{
    // The first on the PATH is often one of a version manager, which has none of the system's packages.
    private static readonly string[] Candidates = ["python3", "/usr/bin/python3", "python"];

    private static readonly string Missing =
        $"Python 3.9 or newer with aiohttp is needed and was not found (tried: {string.Join(", ", Candidates)}). "
        + "Debian, Ubuntu: apt-get install -y python3-aiohttp. Elsewhere: python3 -m pip install aiohttp.";

    private static readonly Lazy<Task<string?>> Found = new(FindAsync);

    /// <summary>The program. Fails the test, with what to do, where there is none.</summary>
    public static async Task<string> PathAsync()
    {
        var found = await Found.Value;
        Assert.True(found is not null, Missing);
        return found;
    }

    private static async Task<string?> FindAsync()
    {
        foreach (var candidate in Candidates)
        {
            if (await HasAiohttpAsync(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static async Task<bool> HasAiohttpAsync(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["-c", "import sys, aiohttp; sys.exit(sys.version_info < (3, 9))"])
            {
                RedirectStandardError = true,
            })!; // No shell, so there is a process.
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
