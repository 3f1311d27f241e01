using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Tests.Azurite;
using ComfyFunc.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>What a receiver of webhooks relies on.</summary>
[Collection(nameof(AppCollection))]
public class WebhookTests(AppFixture app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_s_webhook_is_told_of_the_end_in_a_way_that_an_independent_library_verifies()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await app.Http.SaveAsync("told", Prompts.Picture);
        var run = await app.Http.RunAsync("told", """{"my sampler":{"seed":11}}""", $"?webhook={Uri.EscapeDataString(receiver.Url)}");
        var told = await receiver.NextAsync();
        var secret = (string)(await GetAsync("webhooks/default/secret"))["secret"]!;

        Assert.Equal("verified", await VerifyAsync(told, secret));
        Assert.Equal("No matching signature found",
            await VerifyAsync(told with { Body = told.Body.Replace("succeeded", "failed", StringComparison.Ordinal) }, secret));
        var body = JsonNode.Parse(told.Body)!;
        Assert.Equal(("run.succeeded", (string)run["id"]!, "succeeded"),
            ((string)body["type"]!, (string)body["data"]!["id"]!, (string)body["data"]!["status"]!));
        Assert.DoesNotContain("outputs", told.Body, StringComparison.Ordinal);

        var delivery = await DeliveryAsync((string)run["id"]!, "delivered");
        Assert.Equal((told.Id, 204), ((string)delivery["id"]!, (int)delivery["attempts"]![0]!["status"]!));
    }

    [Fact]
    public async Task Chosen_events_are_told_and_no_others()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await app.Http.SaveAsync("told", Prompts.Picture);
        await app.Http.RunAsync("told", """{"my sampler":{"seed":12}}""",
            $"?webhook={Uri.EscapeDataString(receiver.Url)}&webhookEvents=run.started,run.failed");

        Assert.Contains("\"run.started\"", (await receiver.NextAsync()).Body, StringComparison.Ordinal);
        Assert.False(receiver.HasMore);
    }

    [Fact]
    public async Task A_failed_attempt_is_made_again_under_the_same_id()
    {
        await using var receiver = await WebhookReceiver.StartAsync(500);
        await app.Http.SaveAsync("told", Prompts.Picture);
        var run = await app.Http.RunAsync("told", """{"my sampler":{"seed":13}}""", $"?webhook={Uri.EscapeDataString(receiver.Url)}");
        var first = await receiver.NextAsync();
        var second = await receiver.NextAsync();

        Assert.Equal((first.Id, first.Body), (second.Id, second.Body));
        var delivery = await DeliveryAsync((string)run["id"]!, "delivered");
        Assert.Equal([500, 204], delivery["attempts"]!.AsArray().Select(a => (int)a!["status"]!));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answers.Enqueue((307, elsewhere.Url));
        await app.Http.SaveAsync("told", Prompts.Picture);
        var run = await app.Http.RunAsync("told", """{"my sampler":{"seed":14}}""", $"?webhook={Uri.EscapeDataString(receiver.Url)}");
        await receiver.NextAsync();
        await receiver.NextAsync();

        var delivery = await DeliveryAsync((string)run["id"]!, "delivered");
        Assert.Equal("The receiver answered 307.", (string)delivery["attempts"]![0]!["error"]!);
        Assert.False(elsewhere.HasMore);
    }

    [Fact]
    public async Task A_registered_webhook_is_told_of_every_run_until_it_says_that_it_is_gone()
    {
        await using var receiver = await WebhookReceiver.StartAsync(204, 410);
        var id = await RegisterAsync(receiver, "registered");
        await app.Http.SaveAsync("registered", Prompts.Failing);
        await app.Http.RunAsync("registered");
        var told = await receiver.NextAsync();
        await app.Http.RunAsync("registered");
        await receiver.NextAsync();
        await Eventually.SeesAsync(() => GetAsync($"webhooks/{id}"), webhook => webhook["disabledAt"] is not null);

        var unheard = await app.Http.RunAsync("registered");
        Assert.Contains("\"run.failed\"", told.Body, StringComparison.Ordinal);
        Assert.Empty((await GetAsync($"runs/{(string)unheard["id"]!}/deliveries"))["deliveries"]!.AsArray());
        Assert.False(receiver.HasMore);
        using var gone = await app.Http.DeleteAsync(new Uri($"webhooks/{id}", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
    }

    [Fact]
    public async Task A_delivery_that_was_given_up_or_arrived_is_made_once_more_where_it_is_asked_for()
    {
        await using var receiver = await WebhookReceiver.StartAsync(410);
        await app.Http.SaveAsync("told", Prompts.Picture);
        var run = (string)(await app.Http.RunAsync("told", """{"my sampler":{"seed":16}}""", $"?webhook={Uri.EscapeDataString(receiver.Url)}"))["id"]!;
        var first = await receiver.NextAsync();
        var id = (string)(await DeliveryAsync(run, "abandoned"))["id"]!;

        using var asked = await app.Http.PostAsync($"runs/{run}/deliveries/{id}/redeliver");
        Assert.Equal((HttpStatusCode.Accepted, "pending"), (asked.StatusCode, (string?)(await asked.JsonAsync())["state"]));
        var second = await receiver.NextAsync();
        var delivered = await DeliveryAsync(run, "delivered");
        using var oncemore = await app.Http.PostAsync($"runs/{run}/deliveries/{id}/redeliver");
        var third = await receiver.NextAsync();
        using var none = await app.Http.PostAsync($"runs/{run}/deliveries/msg_none/redeliver");

        Assert.All([second, third], told => Assert.Equal((first.Id, first.Body), (told.Id, told.Body)));
        Assert.Equal([410, 204], delivered["attempts"]!.AsArray().Select(a => (int)a!["status"]!));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task What_a_webhook_was_told_is_listed_the_newest_run_first_and_goes_with_its_run()
    {
        await using var receiver = await WebhookReceiver.StartAsync(204, 204, 410);
        var id = await RegisterAsync(receiver, "retold");
        await app.Http.SaveAsync("retold", Prompts.Picture);
        var runs = new List<string>();
        foreach (var seed in new[] { 21, 22, 23 })
        {
            var run = await app.Http.RunAsync("retold", $$"""{"my sampler":{"seed":{{seed}} } }""");
            runs.Insert(0, (string)run["id"]!);
            await receiver.NextAsync();
            await DeliveryAsync(runs[0], seed < 23 ? "delivered" : "abandoned");
        }

        var page = await GetAsync($"webhooks/{id}/deliveries?limit=2");
        var rest = await GetAsync($"webhooks/{id}/deliveries?continuation={Uri.EscapeDataString((string)page["continuation"]!)}");
        using var disabled = await app.Http.PostAsync($"runs/{runs[0]}/deliveries/{(string)page["deliveries"]![0]!["id"]!}/redeliver");
        using var removed = await app.Http.DeleteAsync(new Uri($"runs/{runs[1]}", UriKind.Relative), Cancellation);
        var left = await GetAsync($"webhooks/{id}/deliveries");
        using var unknown = await app.Http.GetAsync(new Uri("webhooks/none/deliveries", UriKind.Relative), Cancellation);
        using var bad = await app.Http.GetAsync(new Uri($"webhooks/{id}/deliveries?continuation=x", UriKind.Relative), Cancellation);

        Assert.Equal(runs, page["deliveries"]!.AsArray().Concat(rest["deliveries"]!.AsArray()).Select(d => (string)d!["run"]!));
        Assert.Equal(HttpStatusCode.Conflict, disabled.StatusCode);
        Assert.Equal([runs[0], runs[2]], left["deliveries"]!.AsArray().Select(d => (string)d!["run"]!));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (unknown.StatusCode, bad.StatusCode));
        using var gone = await app.Http.DeleteAsync(new Uri($"webhooks/{id}", UriKind.Relative), Cancellation);
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_verify()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = await RegisterAsync(receiver, "rotated");
        await app.Http.SaveAsync("rotated", Prompts.Picture);
        var old = (string)(await GetAsync($"webhooks/{id}/secret"))["secret"]!;
        var fresh = (string)(await (await app.Http.PostAsync($"webhooks/{id}/rotate")).JsonAsync())["secret"]!;
        await app.Http.RunAsync("rotated", """{"my sampler":{"seed":15}}""");
        var told = await receiver.NextAsync();

        Assert.NotEqual(old, fresh);
        Assert.Equal(2, told.Signatures.Length);
        Assert.Equal(["verified", "verified"], [await VerifyAsync(told, old), await VerifyAsync(told, fresh)]);
        using var gone = await app.Http.DeleteAsync(new Uri($"webhooks/{id}", UriKind.Relative), Cancellation);
    }

    [Fact]
    public async Task What_is_no_webhook_is_refused_with_every_reason()
    {
        await app.Http.SaveAsync("told", Prompts.Picture);
        var call = await app.Http.CallAsync("told", "{}", query: "?webhook=ftp%3A%2F%2Fexample.org&webhookEvents=run.done");
        var registration = await app.Http.PutAsJsonAsync("webhooks/bad", new { events = new[] { "run.done" }, secret = "x" }, Cancellation);

        Assert.Equal(["/webhook", "/webhookEvents"], await call.PointersAsync(HttpStatusCode.BadRequest));
        Assert.Equal(["/secret", "/url", "/events"], await registration.PointersAsync(HttpStatusCode.BadRequest));
    }

    private async Task<string> RegisterAsync(WebhookReceiver receiver, string workflow)
    {
        var id = $"hook {workflow}";
        var registered = await app.Http.PutAsJsonAsync($"webhooks/{id}", new { url = receiver.Url, workflow }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        Assert.StartsWith("whsec_", (string)(await registered.JsonAsync())["secret"]!, StringComparison.Ordinal);
        return id;
    }

    private Task<JsonNode> DeliveryAsync(string run, string state) => Eventually.SeesAsync(
        async () => Assert.Single((await GetAsync($"runs/{run}/deliveries"))["deliveries"]!.AsArray())!,
        delivery => (string)delivery["state"]! == state, TimeSpan.FromMinutes(2));

    private async Task<JsonObject> GetAsync(string path) =>
        await (await app.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation)).JsonAsync();

    /// <summary>Asks the verifier that the standard's authors publish for Node.</summary>
    private static async Task<string> VerifyAsync(Received received, string secret)
    {
        var source = Path.Combine(TestFolders.Root, "tests", "Product.Tests", "Clients", "TypeScript");
        var tools = await NpmInstall.EnsureAsync("clients", source, TestFolders.Tools, NullLogger.Instance, Cancellation);
        var script = Path.Combine(tools, "verify.mjs");
        File.Copy(Path.Combine(source, "verify.mjs"), script, overwrite: true);
        var start = new ProcessStartInfo("node", [script, secret]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var node = Process.Start(start)!; // No shell, so there is a process.
        await node.StandardInput.WriteAsync(JsonSerializer.Serialize(new { body = received.Body, headers = received.Headers }));
        node.StandardInput.Close();
        var said = await node.StandardOutput.ReadToEndAsync(Cancellation);
        await node.WaitForExitAsync(Cancellation);
        return said.Trim();
    }
}
