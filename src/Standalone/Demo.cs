using System.Text.Json.Nodes;
using ComfyFunc.Adapters;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Standalone;

/// <summary>
/// Shows the main job on this machine: two simulated hosts, the sample workflows, one real call with its progress, and the picture.
/// </summary>
internal sealed class Demo(WebApplication app, DemoDoor door) : IAsyncDisposable
{
    private const string Sample = "txt2img";
    private const string Call = """{"positive":{"text":"a lighthouse at dawn, mist over the sea"},"sampler":{"seed":1234}}""";
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(150);

    private readonly HttpClient http = ClientOf(app, door);
    private readonly List<(string Id, SimulatedHost Host)> hosts = [];

    /// <summary>Says what comes and how long it takes, before anything of it is done.</summary>
    public static void Introduce()
    {
        Console.WriteLine(
            "The demo starts the server and two simulated ComfyUI hosts, saves the workflows of samples/, makes a call and writes its "
                + "picture to out/.");
        Console.WriteLine("It takes about 10 seconds.");
    }

    /// <returns>Whether the call succeeded and its picture was written.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var id in new[] { "sim-a", "sim-b" })
        {
            await AddHostAsync(id, cancellationToken);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.json")
            .Order(StringComparer.Ordinal))
        {
            await SaveAsync(file, cancellationToken);
        }

        Console.WriteLine($"POST /api/workflows/{Sample}  {Call}");
        using var accepted = await http.PostAsync($"api/workflows/{Sample}",
            new StringContent(Call, System.Text.Encoding.UTF8, "application/json"), cancellationToken);
        await DemandAsync(accepted, cancellationToken);
        var run = await accepted.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        var ended = await FollowAsync((string)run!["id"]!, cancellationToken); // Every 202 has an id.
        return await ReportAsync(ended, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (id, host) in hosts)
        {
            try
            {
                using var left = await http.DeleteAsync(new Uri($"api/hosts/{id}?force=true", UriKind.Relative), CancellationToken.None);
            }
            catch (HttpRequestException)
            {
                // The server has stopped already; the next demo registers its hosts anew.
            }

            await host.DisposeAsync();
        }

        http.Dispose();
    }

    // It speaks to itself over this machine alone, where no certificate has to prove anything.
    private static HttpClient ClientOf(WebApplication app, DemoDoor door)
    {
        var http = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null }
            })
        {
            BaseAddress = StandaloneApp.LoopbackOf(app)
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd(Product.UserAgent);
        if (door.Key is { } key)
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        return http;
    }

    private async Task AddHostAsync(string id, CancellationToken cancellationToken)
    {
        var host = await SimulatedHost.StartAsync(new SimOptions { Name = id }, cancellationToken);
        hosts.Add((id, host));
        using var registered = await http.PutAsJsonAsync($"api/hosts/{id}", new { url = host.Url }, cancellationToken);
        await DemandAsync(registered, cancellationToken);
        Console.WriteLine($"Simulated host {id} at {host.Url}");
    }

    private async Task SaveAsync(string file, CancellationToken cancellationToken)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        using var content = new StringContent(await File.ReadAllTextAsync(file, cancellationToken), System.Text.Encoding.UTF8,
            "application/json");
        using var saved = await http.PutAsync($"api/workflows/{name}", content, cancellationToken);
        await DemandAsync(saved, cancellationToken);
        Console.WriteLine($"Saved workflow {name}");
    }

    private async Task<JsonObject> FollowAsync(string id, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProgressInterval);
        var line = "";
        while (true)
        {
            var run = await http.GetFromJsonAsync<JsonObject>($"api/runs/{id}", cancellationToken)
                ?? throw new InvalidDataException("The run has no body.");
            var news = Describe(run);
            if (news != line)
            {
                Console.WriteLine($"  {news}");
                line = news;
            }

            if ((string?)run["status"] is not ("queued" or "running" or "canceling"))
            {
                return run;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static string Describe(JsonObject run)
    {
        var status = (string?)run["status"] ?? "";
        if (status != "running" || run["progress"] is not JsonObject progress)
        {
            return status;
        }

        var percent = (int)Math.Round((double)(progress["value"] ?? 0) * 100);
        var steps = progress["steps"] is { } total ? $", step {progress["step"]} of {total}" : "";
        return $"running on {run["host"]}: {percent,3} % [{new string('#', percent / 5),-20}] node {progress["node"]}{steps}";
    }

    private async Task<bool> ReportAsync(JsonObject run, CancellationToken cancellationToken)
    {
        if ((string?)run["status"] != "succeeded")
        {
            Console.Error.WriteLine($"The run ended as {run["status"]}: {run["error"]?.ToJsonString()}");
            return false;
        }

        Directory.CreateDirectory("out");
        using var links = new HttpClient();
        foreach (var artifact in run["outputs"]!.AsObject().SelectMany(o => o.Value!.AsArray()).Where(a => a?["url"] is not null))
        {
            // A SAS link needs no key and no header: any HTTP client can fetch it until it expires.
            var path = Path.Combine("out", $"{run["id"]}-{Path.GetFileName((string)artifact!["name"]!)}");
            await using var file = File.Create(path);
            await using var content = await links.GetStreamAsync(new Uri((string)artifact["url"]!), cancellationToken);
            await content.CopyToAsync(file, cancellationToken);
            Console.WriteLine($"Wrote {path}  ({artifact["width"]} x {artifact["height"]}, {artifact["bytes"]} bytes)");
        }

        var url = http.BaseAddress!.AbsoluteUri; // Set by the constructor.
        var key = door.Key is null ? "" : " -H \"X-Api-Key: $KEY\"";
        Console.WriteLine($"""

            Repeat it{(door.Key is null ? "" : ", with the key of a caller in $KEY")}:
              curl -X POST {url}api/workflows/{Sample}{key} -H 'Content-Type: application/json' -H 'Prefer: wait=60' -d '{Call}'
              curl{key} {url}api/runs/{run["id"]}
              curl{key} -L -o picture.png {url}api/runs/{run["id"]}/outputs/picture/0
            """);
        return true;
    }

    private static async Task DemandAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new StartRefusedException(
                $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri} answered "
                    + $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }
}
