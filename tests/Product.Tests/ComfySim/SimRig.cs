using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>A simulated host on a port of its own for one test, and what talks to it.</summary>
internal sealed class SimRig : IAsyncDisposable
{
    private readonly List<SimSocket> sockets = [];

    private SimRig(SimulatedHost host) => (Host, Http) = (host, new() { BaseAddress = host.Url });

    public SimulatedHost Host { get; }

    public HttpClient Http { get; }

    /// <summary>In instant mode unless told otherwise.</summary>
    public static async Task<SimRig> StartAsync(SimOptions? options = null) =>
        new(await SimulatedHost.StartAsync(options ?? new() { Speed = 0 }, Deadline.Token));

    /// <summary>A socket that has had its first status.</summary>
    public async Task<SimSocket> ListenAsync(string? clientId = "c")
    {
        var socket = await SimSocket.OpenAsync(Host.Url, clientId);
        sockets.Add(socket);
        Assert.Equal("status", (await socket.NextAsync()).Type);
        return socket;
    }

    public async Task<JsonElement> GetAsync(string path) =>
        await Http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative), Deadline.Token);

    public Task<HttpResponseMessage> PostAsync(string path, string body) =>
        PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent body) =>
        Http.PostAsync(new Uri(path, UriKind.Relative), body, Deadline.Token);

    public Task<HttpResponseMessage> PostAsync(string path, JsonNode body) => PostAsync(path, body.ToJsonString());

    /// <returns>The id under which the prompt was accepted.</returns>
    public async Task<string> SubmitAsync(JsonNode graph, string? id = null, string? client = "c",
        params (string Name, JsonNode? Value)[] more)
    {
        var body = new JsonObject { ["prompt"] = graph };
        if (id is not null)
        {
            body["prompt_id"] = id;
        }

        if (client is not null)
        {
            body["client_id"] = client;
        }

        foreach (var (name, value) in more)
        {
            body[name] = value;
        }

        using var response = await PostAsync("prompt", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token)).GetProperty("prompt_id").GetString()!;
    }

    /// <summary>Submits and waits for the end.</summary>
    public async Task<List<Heard>> RunAsync(JsonNode graph, SimSocket socket, string? id = null) =>
        await socket.UntilEndOfAsync(await SubmitAsync(graph, id));

    /// <returns>The history entry of a prompt that has ended.</returns>
    public async Task<JsonElement> EntryAsync(string id) => (await GetAsync($"history/{Uri.EscapeDataString(id)}")).GetProperty(id);

    /// <returns>The ids in one part of the queue, in the order in which they run.</returns>
    public async Task<string?[]> QueuedAsync(string part = "queue_pending") =>
        [.. (await GetAsync("queue")).GetProperty(part).EnumerateArray().OrderBy(i => i[0].GetDouble()).Select(i => i[1].GetString())];

    /// <summary>Submits what occupies the host until it is interrupted.</summary>
    public async Task<string> OccupyAsync(SimSocket socket, JsonNode? graph = null)
    {
        var id = await SubmitAsync(graph ?? Graphs.Sleep(), "occupier");
        await socket.UntilAsync(h => h.ToString() == "executing 3");
        return id;
    }

    /// <returns>What the host says to a prompt that it does not take.</returns>
    public async Task<JsonElement> RefusedAsync(JsonNode graph)
    {
        using var response = await PostAsync("prompt", new JsonObject { ["prompt"] = graph.DeepClone() });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token);
    }

    /// <summary>Puts a file into the input directory.</summary>
    public async Task UploadAsync(string name, byte[] bytes, string subfolder = "")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "image", name },
            { new StringContent(subfolder), "subfolder" } };
        using var response = await PostAsync("upload/image", form);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    public async Task InterruptAsync(string? id = null) =>
        (await PostAsync("interrupt", id is null ? [] : new JsonObject { ["prompt_id"] = id })).EnsureSuccessStatusCode().Dispose();

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in sockets)
        {
            await socket.DisposeAsync();
        }

        Http.Dispose();
        await Host.DisposeAsync();
    }
}
