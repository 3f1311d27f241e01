using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>The stream of all that changes.</summary>
[Collection(nameof(AppCollection))]
public class EventTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_follows_runs_hosts_pool_and_queue_also_of_another_process()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await Topology.TwiceAsync(azurite);
        var http = app.Processes[0].Http;
        await http.AddHostAsync("host0", host);
        await http.SaveAsync("slow", Prompts.Slow);
        foreach (var process in app.Processes)
        {
            using var page = await Page.OpenAsync(process.Http);
            var run = await http.StartAsync("slow", """{"sleep":{"seconds":60},"canvas":{"color":1}}""");
            await page.SeesAsync("run", r => (string)r["id"]! == run && Caller.Status(r) == "running");
            using var cancel = await http.PostAsync($"runs/{run}/cancel");
            await page.SeesAsync("run", r => (string)r["id"]! == run && Caller.Status(r) == "canceled");
            var next = await http.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":2}}""");
            await page.SeesAsync("run",
                r => (string)r["id"]! == next && Caller.Status(r) == "succeeded" && r["outputs"]!.AsObject().Count > 0);
            await page.SeesAsync("host", h => (string)h["id"]! == "host0" && h["leases"]!.AsArray().Count == 0);
            using var paused = await http.PostAsync("queue/pause");
            await page.SeesAsync("queue", q => (bool)q["paused"]!);
            await page.SeesAsync("pool", p => (bool)p["paused"]!);
            using var resumed = await http.PostAsync("queue/resume");
            await page.SeesAsync("queue", q => !(bool)q["paused"]!);
        }

        using var last = await Page.OpenAsync(http);
        using var gone = await http.DeleteAsync(new Uri("hosts/host0?force=true", UriKind.Relative), Cancellation);
        await last.SeesAsync("host-removed", h => (string)h["id"]! == "host0");
    }

    private sealed class Page(HttpResponseMessage response, StreamReader reader) : IDisposable
    {
        private readonly List<(string Event, JsonObject Data)> seen = [];

        public static async Task<Page> OpenAsync(HttpClient http)
        {
            var response = await http.GetAsync(new Uri("events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancellation);
            var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
            Assert.Equal("retry: 1000", await reader.ReadLineAsync(Cancellation));
            return new(response, reader);
        }

        /// <summary>Reads on until there is such an event, unless there was.</summary>
        public async Task SeesAsync(string @event, Func<JsonObject, bool> isSo)
        {
            while (!seen.Any(s => s.Event == @event && isSo(s.Data)))
            {
                var line = await LineAsync(@event);
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    var data = await LineAsync(@event);
                    seen.Add((line["event: ".Length..], JsonNode.Parse(data["data: ".Length..])!.AsObject()));
                }
            }
        }

        private async Task<string> LineAsync(string wanted)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(30));
            try
            {
                return await reader.ReadLineAsync(patience.Token) ?? throw new EndOfStreamException();
            }
            catch (OperationCanceledException)
            {
                var all = string.Join('\n', seen.Select(s => $"{s.Event} {s.Data.ToJsonString()}"));
                throw new TimeoutException($"There was no {wanted} among {all}");
            }
        }

        public void Dispose()
        {
            reader.Dispose();
            response.Dispose();
        }
    }
}
