using System.ComponentModel;
using System.Diagnostics;

namespace ComfyFunc.Tests.Infra;

/// <summary>A script of the repository that needs nothing but Python 3.</summary>
internal static class ScriptProcess
{
    private static readonly string[] Programs = ["python3", "python"];

    public static string Path(params string[] path) => System.IO.Path.Combine([TestFolders.Root, .. path]);

    /// <summary>Starts it, with these variables and nothing of ours besides.</summary>
    public static Process Start(string script, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        foreach (var program in Programs)
        {
            var start = new ProcessStartInfo(program, ["-u", script, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("COMFYFUNC_", StringComparison.Ordinal)).ToArray())
            {
                start.Environment.Remove(name);
            }

            foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            {
                start.Environment[name] = value;
            }

            try
            {
                return Process.Start(start)!; // No shell, so there is a process.
            }
            catch (Win32Exception)
            {
                // It is called otherwise here.
            }
        }

        throw new InvalidOperationException("Python 3 is needed and was not found.");
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Said, string Complaints)> RunAsync(string script, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var process = Start(script, arguments, environment);
        var complaints = process.StandardError.ReadToEndAsync(cancellation);
        var said = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, said, await complaints);
    }
}
