using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Pack;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>
/// A ComfyUI with the pack: a process of its own that loads <c>comfyui/</c> as ComfyUI loads custom nodes, keeps its users' files, and
/// leaves what executes to a simulated host behind it (<c>tests/Pack/python/host.py</c>).
/// </summary>
internal sealed class PackHost : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly TemporaryFolder users;
    private readonly StringBuilder log;

    private PackHost(Process process, Uri url, SimulatedHost behind, TemporaryFolder users, StringBuilder log)
    {
        (this.process, Behind, this.users, this.log) = (process, behind, users, log);
        Http = new() { BaseAddress = url };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public SimulatedHost Behind { get; }

    public HttpClient Http { get; }

    /// <param name="facade">Whom the pack speaks with.</param>
    public static async Task<PackHost> StartAsync(string id, Uri facade, string? key = null, bool deniesSocket = false,
        params (string Variable, string Value)[] settings)
    {
        var behind = await SimulatedHost.StartAsync(new() { Name = id }, Cancellation);
        var users = new TemporaryFolder();
        string[] flags = deniesSocket ? ["--deny-socket"] : [];
        var start = new ProcessStartInfo(await Python.PathAsync(),
            ["-W", "ignore::DeprecationWarning", "host.py", "--comfy", behind.Url.AbsoluteUri, "--user", users.FullName, .. flags])
        {
            WorkingDirectory = Path.Combine(TestFolders.Root, "tests", "Pack", "python"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in ((string, string)[])[("COMFYFUNC_URL", facade.GetLeftPart(UriPartial.Authority)),
            ("COMFYFUNC_HOST_ID", id), ("COMFYFUNC_HEARTBEAT", "5"), ("PYTHONDONTWRITEBYTECODE", "1"), .. settings])
        {
            start.Environment[variable] = value;
        }

        start.Environment["COMFYFUNC_KEY"] = key ?? "";
        var process = Process.Start(start)!; // No shell, so there is a process.
        var log = new StringBuilder();
        process.ErrorDataReceived += (_, e) => log.AppendLine(e.Data);
        process.BeginErrorReadLine();
        var line = await process.StandardOutput.ReadLineAsync(Cancellation).AsTask().WaitAsync(StartPatience, Cancellation);
        Assert.True(line is not null && line.StartsWith("listening on ", StringComparison.Ordinal), $"{line}\n{log}");
        return new(process, new(line["listening on ".Length..]), behind, users, log);
    }

    /// <summary>Saves a graph as ComfyUI's page does.</summary>
    public async Task SaveAsync(string file, string graph)
    {
        using var saved = await Http.PostAsync(
            new Uri($"api/userdata/workflows%2F{Uri.EscapeDataString(file)}?overwrite=true", UriKind.Relative),
            new StringContent(graph), Cancellation);
        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
    }

    /// <summary>The graph of a published workflow as it lies in this host's list, once it is of this version.</summary>
    public Task<JsonNode> UntilListedAsync(string workflow, int version) => Eventually.SeesAsync(
        async () =>
        {
            using var read = await Http.GetAsync(
                new Uri($"userdata/workflows%2FComfyFunc%2F{workflow}.json", UriKind.Relative), Cancellation);
            return read.IsSuccessStatusCode ? (await read.Content.ReadFromJsonAsync<JsonNode>(Cancellation))! : new JsonObject();
        },
        graph => (int?)graph["extra"]?["comfyfunc"]?["version"] == version, TimeSpan.FromMinutes(1));

    /// <summary>What the pack says of itself.</summary>
    public async Task<JsonNode> StatusAsync() =>
        (await Http.GetFromJsonAsync<JsonNode>(new Uri("comfyfunc/status", UriKind.Relative), Cancellation))!; // It is an object.

    /// <summary>
    /// Ends as ComfyUI does when its service is stopped. An interrupt may be ignored: children of what a shell started in the background
    /// inherit that.
    /// </summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(Cancellation).WaitAsync(StopPatience, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(log.ToString());
        process.Dispose();
        Http.Dispose();
        await Behind.DisposeAsync();
        users.Dispose();
    }
}
