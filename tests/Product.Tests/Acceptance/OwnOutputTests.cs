using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>
/// What one run made is what the next one takes: by name or by link, by the same client, past the guard that keeps fetches out of private
/// networks.
/// </summary>
[Collection(nameof(AppCollection))]
public class OwnOutputTests(AzuriteFixture azurite)
{
    private const string AdminKey = "an-administrator-s-long-key";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_output_is_an_input_of_its_client_and_of_nobody_else()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app = await AppProcess.StartAsync(azurite, new Dictionary<string, string>
        {
            ["ComfyFunc__Callers__0__Client"] = "operators",
            ["ComfyFunc__Callers__0__Key"] = AdminKey,
            ["ComfyFunc__Callers__0__Role"] = "Admin",
        });
        await SendAsync(app, AdminKey, HttpMethod.Put, "hosts/a", new JsonObject { ["url"] = host.Url.AbsoluteUri });
        await SendAsync(app, AdminKey, HttpMethod.Put, "workflows/made", JsonNode.Parse(Prompts.Picture)!);
        await SendAsync(app, AdminKey, HttpMethod.Put, "workflows/taken", JsonNode.Parse(Prompts.Upload)!);
        var (one, two) = (await KeyAsync(app, "one"), await KeyAsync(app, "two"));
        var made = await SendAsync(app, one, HttpMethod.Post, "workflows/made", new JsonObject());
        var picture = made["outputs"]!["my image"]![0]!;
        var path = $"/api/runs/{(string)made["id"]!}/outputs/my%20image/0";
        string[] names = [$"run:{(string)made["id"]!}/my image/0", path, new Uri(app.Http.BaseAddress!, path).AbsoluteUri,
            (string)picture["url"]!, (string)picture["thumbnailUrl"]!];

        foreach (var name in names)
        {
            var taken = await SendAsync(app, one, HttpMethod.Post, "workflows/taken", BodyOf(name));
            Assert.Equal(("succeeded", 64), (Caller.Status(taken), (int)taken["outputs"]!["output"]![0]!["width"]!));
            var refused = await SendAsync(app, two, HttpMethod.Post, "workflows/taken", BodyOf(name));
            var unknown = await SendAsync(app, two, HttpMethod.Post, "workflows/taken",
                BodyOf("run:01ARZ3NDEKTSV4RRFFQ69G5FAV/my image/0"));
            Assert.Equal(("invalid_input", "/input/image"), ((string)refused["code"]!, (string)refused["errors"]![0]!["pointer"]!));
            Assert.Equal((string)unknown["detail"]!, (string)refused["detail"]!);
        }

        var again = await SendAsync(app, AdminKey, HttpMethod.Post, "workflows/taken", BodyOf(names[0]));
        var retried = await SendAsync(app, AdminKey, HttpMethod.Post, $"runs/{(string)again["id"]!}/retry", null);
        Assert.Equal("succeeded", Caller.Status(retried));

        await BatchAsync(app, one, [.. names.Select(BodyOf)]);
    }

    // Its calls are made later, by the client's rights and under the address that it used.
    private static async Task BatchAsync(AppProcess app, string key, JsonNode[] bodies)
    {
        var batch = await SendAsync(app, key, HttpMethod.Post, "workflows/taken/batches",
            new JsonObject { ["inputs"] = new JsonArray(bodies) });
        var id = (string)batch["id"]!;
        batch = await Eventually.SeesAsync(() => SendAsync(app, key, HttpMethod.Get, $"batches/{id}", null),
            now => (string)now["status"]! == "completed", TimeSpan.FromMinutes(2));

        Assert.Equal((bodies.Length, 0), ((int)batch["runs"]!["succeeded"]!, batch["refused"]!.AsArray().Count));
    }

    private static JsonObject BodyOf(string name) => new() { ["input"] = new JsonObject { ["image"] = name } };

    private static async Task<string> KeyAsync(AppProcess app, string client) =>
        (string)(await SendAsync(app, AdminKey, HttpMethod.Post, "keys", new JsonObject { ["client"] = client, ["role"] = "run" }))["key"]!;

    private static async Task<JsonObject> SendAsync(AppProcess app, string key, HttpMethod method, string path, JsonNode? body)
    {
        using var request =
            new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("Prefer", "wait=60");
        using var answer = await app.Http.SendAsync(request, Cancellation);
        Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
        return await answer.JsonAsync();
    }
}
