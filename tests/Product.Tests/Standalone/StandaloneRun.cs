using System.Diagnostics;

namespace ComfyFunc.Tests.Standalone;

/// <summary>A program of this project as its users start it, until it ends.</summary>
internal sealed record StandaloneRun(int ExitCode, string Output, string Errors, TimeSpan Took)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static async Task<StandaloneRun> StartAsync(string folder, IEnumerable<string> args,
        IReadOnlyDictionary<string, string>? environment = null, string program = "ComfyFunc.Standalone.dll")
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. args])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(info)!; // No shell, so there is a process.
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
            return new(process.ExitCode, await output, await errors, watch.Elapsed);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>It has not started, said why in one line that begins so, and ended soon.</summary>
    public void AssertRefused(string line)
    {
        Assert.Equal(2, ExitCode);
        Assert.StartsWith(line, Assert.Single(Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Output + Errors, StringComparison.Ordinal);
        Assert.InRange(Took, TimeSpan.Zero, TimeSpan.FromSeconds(40));
    }
}
