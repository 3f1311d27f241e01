using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Tests;

namespace ComfyFunc.Bench;

/// <summary>
/// How long after the host's execution a run has ended: told by the pack, with no socket open to the host, and heard over a socket, taking
/// turns. The host with the pack is <c>tests/Pack/python/host.py</c>, which looks for the end every 5 ms in ComfyUI's stead.
/// </summary>
internal static class Callback
{
    private const int WarmUp = 100;
    private const int Calls = 200;

    public static async Task RunAsync()
    {
        await using var rig = await Rig.StartAsync(null, hosts: 2, slots: 2);
        await rig.RemoveHostsAsync();
        await RegisterAsync(rig, "socket", rig.Hosts[0]);
        using var pack = await PackAsync(rig);
        var (told, heard) = (new List<double>(), new List<double>());
        for (var i = 0; i < WarmUp + Calls; i++)
        {
            var one = await LatenessAsync(rig, "pack");
            var other = await LatenessAsync(rig, "socket");
            if (i >= WarmUp)
            {
                told.Add(one);
                heard.Add(other);
            }
        }

        pack.Kill(entireProcessTree: true);
        Console.WriteLine(
            $"{"",-8}{"pack",12}{"socket",12}  (ms from the execution's end to the run's, its picture copied, {Calls} runs each)");
        foreach (var q in new[] { 0.5, 0.95, 0.99 })
        {
            Console.WriteLine($"p{q * 100,-7:0}{told.Quantile(q),12:0.0}{heard.Quantile(q),12:0.0}");
        }
    }

    private static async Task<double> LatenessAsync(Rig rig, string via)
    {
        var run = await rig.CallAsync($"bench?label=via:{via}");
        return (double)run["metrics"]!["collectMs"]!;
    }

    private static async Task RegisterAsync(Rig rig, string via, Uri url)
    {
        using var registered = await rig.Http.PutAsJsonAsync($"hosts/{via}", new { url, slots = 2, labels = new { via } });
        registered.EnsureSuccessStatusCode();
    }

    private static async Task<Process> PackAsync(Rig rig)
    {
        var start = new ProcessStartInfo("/usr/bin/python3",
            ["host.py", "--comfy", rig.Hosts[1].AbsoluteUri, "--user", Directory.CreateTempSubdirectory("comfyfunc-bench-").FullName,
                "--deny-socket"])
        {
            WorkingDirectory = Path.Combine(TestFolders.Root, "tests", "Pack", "python"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["COMFYFUNC_URL"] = rig.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        start.Environment["COMFYFUNC_HOST_ID"] = "pack";
        start.Environment["COMFYFUNC_LABELS"] = "via=pack";
        var process = Process.Start(start)!; // No shell, so there is a process.
        process.ErrorDataReceived += (_, _) => { }; // Nobody reads what it logs, and it may log much.
        process.BeginErrorReadLine();
        while (!await IsReadyAsync(rig))
        {
            await Task.Delay(100);
        }

        return process;
    }

    private static async Task<bool> IsReadyAsync(Rig rig)
    {
        using var answer = await rig.Http.GetAsync(new Uri("hosts/pack", UriKind.Relative));
        return answer.IsSuccessStatusCode && (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["state"] == "ready";
    }
}
