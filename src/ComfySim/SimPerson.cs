using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ComfyFunc.ComfySim;

/// <summary>Somebody who works on the host's own page, beside whatever else sends prompts to it.</summary>
public sealed class SimPerson(SimulatedHost host)
{
    private static readonly HttpClient Http = new();

    /// <summary>As the page has it: one for each window.</summary>
    public string ClientId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Queues a prompt of the person's own that takes so long, and that can be interrupted.</summary>
    /// <returns>Its id.</returns>
    public Task<string> SubmitAsync(double seconds = 3600, CancellationToken cancellationToken = default) =>
        SubmitAsync(Waiting(seconds), cancellationToken);

    /// <param name="prompt">A prompt as JSON.</param>
    /// <returns>Its id.</returns>
    public async Task<string> SubmitAsync(string prompt, CancellationToken cancellationToken)
    {
        var answer = await PostAsync("prompt",
            $$$"""{"client_id":"{{{ClientId}}}","extra_data":{},"prompt":{{{prompt}}}}""", cancellationToken);
        return JsonElement.Parse(answer).GetProperty("prompt_id").GetString()!; // Every accepted prompt has one.
    }

    /// <summary>The page's Interrupt: it ends whatever runs.</summary>
    public Task InterruptAsync(CancellationToken cancellationToken = default) => PostAsync("interrupt", "{}", cancellationToken);

    /// <summary>The page's Clear: it drops whatever waits.</summary>
    public Task ClearQueueAsync(CancellationToken cancellationToken = default) =>
        PostAsync("queue", """{"clear":true}""", cancellationToken);

    /// <summary>
    /// Sends what kills the worker thread of older releases: HTTP goes on, and nothing runs any more. Newer ones answer 500.
    /// </summary>
    public Task KillWorkerAsync(CancellationToken cancellationToken = default) =>
        PostAsync("prompt", $$$"""{"extra_data":null,"prompt":{{{Waiting(0)}}}}""", cancellationToken);

    private static string Waiting(double seconds) => $$$$"""
        {"1":{"class_type":"EmptyImage","inputs":{"width":16,"height":16,"batch_size":1,"color":{{{{Random.Shared.Next(1 << 24)}}}}}},
        "2":{"class_type":"SimSleep","inputs":{"image":["1",0],"seconds":{{{{seconds.ToString(CultureInfo.InvariantCulture)}}}},"poll":true}},
        "3":{"class_type":"PreviewImage","inputs":{"images":["2",0]}}}
        """;

    private async Task<string> PostAsync(string path, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Url, path)) { Content = new StringContent(body) };
        if (host.Door is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var response = await Http.SendAsync(request, cancellationToken);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken);
    }
}
