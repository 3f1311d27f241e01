using System.Diagnostics;

namespace ComfyFunc.Tests.Clients;

/// <summary>A program of others, which has to succeed.</summary>
internal static class Tool
{
    /// <returns>What it said.</returns>
    public static async Task<string> RunAsync(string program, string folder, IEnumerable<string> arguments,
        params (string Name, string Value)[] environment)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!; // No shell, so there is a process.
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var said = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', start.ArgumentList)} failed: {said} {await errors}");
        return said;
    }
}
