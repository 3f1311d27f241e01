using System.Diagnostics;

// Not by the folder's name alone: it would hide System.Console.
namespace ComfyFunc.Tests.ConsolePages;

/// <summary>Where the console of a server is: its own, or where <c>console/dev.mjs</c> serves it for a server that has none.</summary>
internal sealed class ServedConsole : IAsyncDisposable
{
    private readonly Process? process;

    private ServedConsole(Uri url, Process? process) => (Url, this.process) = (url, process);

    /// <summary>The root of the server that serves it.</summary>
    public Uri Url { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ServedConsole> OfAsync(HttpClient server, Uri root)
    {
        using var answer = await server.GetAsync(new Uri(root, "console/"), Cancellation);
        if (answer.IsSuccessStatusCode)
        {
            return new(root, null);
        }

        var start = new ProcessStartInfo("node", [Path.Combine(TestFolders.Root, "console", "dev.mjs"), root.AbsoluteUri])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["PORT"] = "0";
        var process = Process.Start(start)!; // No shell, so there is a process.
        var said = await process.StandardOutput.ReadLineAsync(Cancellation);
        Assert.True(Uri.TryCreate(said, UriKind.Absolute, out var console), $"dev.mjs did not say where it serves: {said}");
        return new(new(console, "/"), process);
    }

    public ValueTask DisposeAsync()
    {
        process?.Kill(entireProcessTree: true);
        process?.Dispose();
        return ValueTask.CompletedTask;
    }
}
