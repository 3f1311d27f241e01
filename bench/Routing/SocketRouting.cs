using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Bench.Routing;

/// <summary>
/// One setting of the routing bench over real sockets, at a tenth of its times: the same calls through ComfyFunc, and through clients that
/// submit to the host with the fewest outstanding prompts themselves.
/// </summary>
internal static class SocketRouting
{
    private const int Calls = 900;
    private const int Learning = 300; // The first calls, which are not counted.
    private const double Scale = 0.1;
    private const double StepSeconds = 0.05;
    private const double ModelGigabytes = 5;

    private static readonly RoutingCase Setting =
        new(Models: 6, Resident: 1, LoadSeconds: 10, Utilisation: 0.5) { Hosts = 8, Runs = Calls };

    public static async Task RunAsync()
    {
        Console.WriteLine(
            $"{Setting.Models} models, {Setting.Resident} resident, {Setting.LoadSeconds * Scale} s to load, "
                + $"ρ {Setting.Utilisation}, {Setting.Hosts} hosts, {Calls - Learning} of {Calls} calls\n\n| | p50 | p95 | p99 | warm "
                + $"|\n|---|---|---|---|---|");
        var policy = new LeastOutstanding();
        var outstanding = new int[Setting.Hosts];
        var gate = new Lock();
        await using (var direct = await FleetAsync())
        {
            Print("least outstanding", await PlayAsync(direct, async call =>
            {
                int host;
                lock (gate)
                {
                    host = policy.Choose(call, outstanding)!.Value; // It never lets a call wait.
                    outstanding[host]++;
                }

                await SubmitAsync(direct.Hosts[host], call);
                lock (gate)
                {
                    outstanding[host]--;
                }
            }));
        }

        await using var rig = await Rig.StartAsync(served: null, hosts: 0, slots: 2);
        await using var fleet = await FleetAsync();
        foreach (var host in fleet.Hosts)
        {
            await rig.RegisterAsync(host.Name, host.Url, slots: 2);
        }

        for (var model = 0; model < Setting.Models; model++)
        {
            await rig.SaveAsync($"m{model}", Prompt(model, seed: 0, steps: 12));
        }

        Print("ComfyFunc",
            await PlayAsync(fleet,
                call => rig.CallAsync($"m{call.Model}", $$$"""{"sampler":{"seed":{{{call.Number}}},"steps":{{{StepsOf(call)}}}}}""")));
    }

    private static async Task<Fleet> FleetAsync()
    {
        var models = Enumerable.Range(0, Setting.Models).Select(FileOf).ToArray();
        return new(await Task.WhenAll(Enumerable.Range(0, Setting.Hosts).Select(i => SimulatedHost.StartAsync(
            new()
            {
                Name = $"gpu{i}",
                VramGb = ModelGigabytes * (Setting.Resident + 0.5),
                StepSeconds = StepSeconds,
                LoadSecondsPerGb = Setting.LoadSeconds * Scale / ModelGigabytes,
                Models = new Dictionary<string, IReadOnlyList<string>> { ["checkpoints"] = models },
                ModelGigabytes = models.ToDictionary(m => m, _ => ModelGigabytes),
            },
            CancellationToken.None))));
    }

    // How long each call took, and the share that found its model loaded.
    private static async Task<(double[] Seconds, double Warm)> PlayAsync(Fleet fleet, Func<Arrival, Task> act)
    {
        var seconds = new ConcurrentBag<double>();
        var loadsBefore = 0;
        var began = Stopwatch.StartNew();
        var calls = new List<Task>();
        foreach (var call in Workload.Of(Setting))
        {
            var wait = TimeSpan.FromSeconds(call.At * Scale) - began.Elapsed;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait);
            }

            loadsBefore = call.Number == Learning ? fleet.Loads : loadsBefore;
            calls.Add(CallAsync(call));
        }

        await Task.WhenAll(calls);
        return ([.. seconds], 1 - ((fleet.Loads - loadsBefore) / (double)(Calls - Learning)));

        async Task CallAsync(Arrival call)
        {
            var start = Stopwatch.GetTimestamp();
            await act(call);
            if (call.Number >= Learning)
            {
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
    }

    private static async Task SubmitAsync(SimulatedHost host, Arrival call)
    {
        using var http = new HttpClient { BaseAddress = host.Url };
        using var submitted = await http.PostAsJsonAsync("prompt",
            new { prompt = JsonSerializer.Deserialize<JsonElement>(Prompt(call.Model, call.Number, StepsOf(call))) });
        submitted.EnsureSuccessStatusCode();
        var id = (await submitted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("prompt_id").GetString();
        while (!(await http.GetFromJsonAsync<JsonElement>($"history/{id}")).EnumerateObject().Any())
        {
            await Task.Delay(20);
        }
    }

    private static void Print(string policy, (double[] Seconds, double Warm) played) =>
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture,
                $"| {policy} | {played.Seconds.Quantile(0.5):0.00} s | {played.Seconds.Quantile(0.95):0.00} s "
                    + $"| {played.Seconds.Quantile(0.99):0.00} s | {played.Warm:P0} |"));

    private static int StepsOf(Arrival call) => Math.Max(1, (int)Math.Round(call.Seconds * Scale / StepSeconds));

    private static string FileOf(int model) => $"m{model}.safetensors";

    private static string Prompt(int model, int seed, int steps) => $$$"""
        {
          "1": {"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"{{{FileOf(model)}}}"}},
          "2": {"class_type":"CLIPTextEncode","inputs":{"text":"a lighthouse","clip":["1",1]}},
          "3": {"class_type":"EmptyLatentImage","inputs":{"width":512,"height":512,"batch_size":1}},
          "4": {"class_type":"KSampler","inputs":{"model":["1",0],"positive":["2",0],"negative":["2",0],"latent_image":["3",0],
                "seed":{{{seed}}},"steps":{{{steps}}},"cfg":7.0,"sampler_name":"euler","scheduler":"normal","denoise":1.0},"_meta":{"title":"[sampler]"}},
          "5": {"class_type":"VAEDecode","inputs":{"samples":["4",0],"vae":["1",2]}},
          "6": {"class_type":"SaveImage","inputs":{"images":["5",0],"filename_prefix":"bench"},"_meta":{"title":"[picture]"}}
        }
        """;

    private sealed class Fleet(SimulatedHost[] hosts) : IAsyncDisposable
    {
        public SimulatedHost[] Hosts => hosts;

        public int Loads => hosts.Sum(h => h.Stats.ModelLoads.Values.Sum());

        public async ValueTask DisposeAsync()
        {
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }
        }
    }
}
