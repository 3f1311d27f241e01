using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using ComfyFunc.Adapters.Comfy;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Server.Sync;

/// <summary>The files of a ComfyUI's user in memory, with somebody who acts between any two requests.</summary>
internal sealed class UserFolder : HttpMessageHandler
{
    private readonly Dictionary<string, string> files = new(StringComparer.Ordinal);
    private readonly List<string> asked = [];
    private int writes;

    /// <summary>Called before each request is answered, with how many were before it; may answer in the host's place.</summary>
    public Func<int, Task<HttpResponseMessage?>> Before { get; set; } = _ => Task.FromResult<HttpResponseMessage?>(null);

    /// <summary>Verb and what follows <c>/userdata</c>, decoded.</summary>
    public IReadOnlyList<string> Asked => asked;

    /// <summary>What the requests that change something said that they are.</summary>
    public List<string?> Marks { get; } = [];

    public ImmutableSortedDictionary<string, string> Files => files.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public ComfyClient Client => new(new HttpClient(this, disposeHandler: false), new(new("http://host.test/")), NullLogger<ComfyClient>.Instance);

    public void Save(string file, string content)
    {
        files[file] = content;
        writes++;
    }

    public void Forget(string file) => files.Remove(file);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!; // A client that has sent it has said where to.
        asked.Add($"{request.Method} {Uri.UnescapeDataString(url.AbsolutePath["/userdata".Length..])}");
        if (request.Method != HttpMethod.Get)
        {
            Marks.Add(request.Headers.TryGetValues(ComfyClient.SyncHeader, out var marks) ? string.Join(',', marks) : null);
        }

        if (await Before(asked.Count - 1) is { } instead)
        {
            return instead;
        }

        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        string[] path = [.. url.AbsolutePath.Split('/').Skip(2).Select(Uri.UnescapeDataString)];
        Assert.True(request.Method == HttpMethod.Get || request.Method == HttpMethod.Delete || url.Query.Contains("overwrite=false",
            StringComparison.Ordinal), "Nothing is ever written over.");
        return (request.Method.Method, path) switch
        {
            ("GET", []) => Json(JsonSerializer.Serialize(files.Where(f => f.Key.StartsWith("workflows/ComfyFunc/", StringComparison.Ordinal))
                .Select(f => new { path = f.Key["workflows/ComfyFunc/".Length..], size = f.Value.Length, modified = writes }))),
            ("GET", [var file]) => files.TryGetValue(file, out var content) ? Json(content) : new(HttpStatusCode.NotFound),
            ("POST", [var file]) => Created(file, body),
            ("POST", [var file, "move", var to]) => Moved(file, to),
            ("DELETE", [var file]) => new(files.Remove(file) ? HttpStatusCode.NoContent : HttpStatusCode.NotFound),
            _ => new(HttpStatusCode.MethodNotAllowed),
        };
    }

    private HttpResponseMessage Created(string file, string content)
    {
        if (files.ContainsKey(file))
        {
            return new(HttpStatusCode.Conflict);
        }

        Save(file, content);
        return Json(JsonSerializer.Serialize(new { path = file, size = content.Length, modified = writes }));
    }

    private HttpResponseMessage Moved(string file, string to)
    {
        if (!files.TryGetValue(file, out var content))
        {
            return new(HttpStatusCode.NotFound);
        }

        if (!files.TryAdd(to, content))
        {
            return new(HttpStatusCode.Conflict);
        }

        files.Remove(file);
        return Json("\"moved\"");
    }

    public static HttpResponseMessage Json(string text) =>
        new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
}
