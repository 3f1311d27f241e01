using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Startup;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>
/// A pool whose host is behind a door, workflows with keys for partner nodes, and pictures that come over the socket only.
/// </summary>
[Collection(nameof(AppCollection))]
public class DoorTests(AzuriteFixture azurite)
{
    private const string Token = "swordfish";

    private const string OverTheSocket = """
        {
          "1": {"class_type":"EmptyImage","inputs":{"width":32,"height":16,"batch_size":2,"color":0},"_meta":{"title":"[canvas]"}},
          "2": {"class_type":"SaveImageWebsocket","inputs":{"images":["1",0]},"_meta":{"title":"[image]"}}
        }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_goes_through_the_door_and_no_secret_is_to_be_found_afterwards()
    {
        await using var host =
            await GuardedHost.StartAsync(r => r.Headers.Authorization == $"Bearer {Token}" && r.Query["pod"] == Token, Cancellation);
        await using var app = await AppProcess.StartAsync(azurite);
        using var put = await app.Http.PutAsync(new Uri("hosts/gpu-1", UriKind.Relative),
            Caller.Body($$$"""{"url":"{{{host.Url}}}?pod={{{Token}}}","headers":{"Authorization":"Bearer {{{Token}}}"}}"""), Cancellation);
        var joined = await put.JsonAsync();
        await app.Http.SaveAsync("slow",
            $$$"""{"prompt":{{{Prompts.Slow}}},"extra_data":{"api_key_comfy_org":"{{{Token}}}-of-the-workflow"}}""");
        var run = await app.Http.RunAsync("slow",
            $$$"""{"sleep":{"seconds":0},"extra_data":{"auth_token_comfy_org":"{{{Token}}}-of-the-call"}}""");
        using var again = await app.Http.PostAsync($"runs/{(string)run["id"]!}/retry");
        var retried = await app.Http.EndAsync((string)(await again.JsonAsync())["id"]!);
        var shown = await app.Http.GetStringAsync(new Uri("hosts", UriKind.Relative), Cancellation)
            + await app.Http.GetStringAsync(new Uri("workflows/slow?include=prompt", UriKind.Relative), Cancellation);

        Assert.Equal("ready", (string)joined["state"]!);
        Assert.Equal(("succeeded", "succeeded"), (Caller.Status(run), Caller.Status(retried)));
        Assert.Empty(host.TurnedAway);
        Assert.Equal(2, host.Prompts.Count);
        Assert.All(host.Prompts, p => Assert.Equal(
            """{"api_key_comfy_org":"swordfish-of-the-workflow","auth_token_comfy_org":"swordfish-of-the-call"}""",
            JsonNode.Parse(p)!["extra_data"]!.ToJsonString()));
        Assert.DoesNotContain(Token, joined.ToJsonString() + shown + run.ToJsonString() + retried.ToJsonString() + app.LogText,
            StringComparison.Ordinal);
        Assert.DoesNotContain(Token, await EverythingStoredAsync(app), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_that_come_over_the_socket_are_outputs()
    {
        await using var host = await GuardedHost.StartAsync(_ => true, Cancellation);
        await using var app = await AppProcess.StartAsync(azurite);
        await app.Http.AddHostAsync("gpu-1", host.Host);
        await app.Http.SaveAsync("over", OverTheSocket);
        var run = await app.Http.RunAsync("over");
        var again = await app.Http.RunAsync("over");

        Assert.Equal(("succeeded", "succeeded"), (Caller.Status(run), Caller.Status(again)));
        Assert.Equal([(32, 16, "image/png"), (32, 16, "image/png")], run["outputs"]!["image"]!.AsArray()
            .Select(o => ((int)o!["width"]!, (int)o["height"]!, (string)o["contentType"]!)));
    }

    [Fact]
    public async Task Pictures_that_nobody_heard_are_said_to_be_missing()
    {
        await using var host = await GuardedHost.StartAsync(r => r.Path != "/ws", Cancellation);
        await using var app = await AppProcess.StartAsync(azurite);
        using var put = await app.Http.PutAsync(new Uri("hosts/gpu-1", UriKind.Relative),
            Caller.Body($$"""{"url":"{{host.Url}}"}"""), Cancellation);
        await app.Http.SaveAsync("over", OverTheSocket);
        var run = await app.Http.RunAsync("over");

        Assert.Equal(("failed", "outputs_unavailable", true), (Caller.Status(run), Caller.Code(run), (bool)run["error"]!["retryable"]!));
        Assert.Contains("socket", (string)run["error"]!["message"]!, StringComparison.Ordinal);
    }

    // What the host itself wrote into a picture is its own.
    private static async Task<string> EverythingStoredAsync(AppProcess app)
    {
        await using var storage = await app.EndAndOpenStorageAsync();
        var all = new StringBuilder();
        foreach (var table in StoragePreparation.Tables)
        {
            await foreach (var document in storage.Tables[table].QueryAsync(
                new DocumentQuery { PageSize = DocumentQuery.LargestPage }, Cancellation))
            {
                all.AppendLine(document.Json);
            }
        }

        await foreach (var file in storage.Blobs.ListAsync("", Cancellation))
        {
            // It was listed.
            all.AppendLine(Encoding.Latin1.GetString((await storage.Blobs.ReadBytesAsync(file.Name, int.MaxValue, Cancellation))!));
        }

        return all.ToString();
    }
}
