using System.Net;
using System.Text;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>One file or text that a run came to.</summary>
public sealed class RunOutput
{
    private readonly ApiConnection connection;
    private readonly (string Run, string Tag, int N) place;
    private string? freshUrl;

    internal RunOutput(ApiConnection connection, string run, string tag, int n, JsonElement shown) =>
        (this.connection, place, Json) = (connection, (run, tag, n), shown);

    /// <summary>The document as it came.</summary>
    public JsonElement Json { get; }

    /// <summary>image, video, audio, 3d, latent, text, json or file.</summary>
    public string Type => Json.Text("type") ?? "file";

    /// <summary>The file's name.</summary>
    public string? Name => Json.Text("name");

    /// <summary>The file's media type.</summary>
    public string? ContentType => Json.Text("contentType");

    /// <summary>The file's size.</summary>
    public long? Bytes => Json.Long("bytes");

    /// <summary>Pixels.</summary>
    public int? Width => Json.Int("width");

    /// <summary>Pixels.</summary>
    public int? Height => Json.Int("height");

    /// <summary>Hexadecimal.</summary>
    public string? Sha256 => Json.Text("sha256");

    /// <summary>A link to the file that expires.</summary>
    public string? Url => freshUrl ?? Json.Text("url");

    /// <summary>Instead of a file.</summary>
    public string? Text => Json.Text("text");

    /// <summary>The content as a stream. A link that has expired is replaced by a fresh one.</summary>
    public async Task<Stream> DownloadAsync(CancellationToken cancellationToken = default)
    {
        if ((Text is { } text ? Encoding.UTF8.GetBytes(text) : Json.Member("base64")?.GetBytesFromBase64()) is { } here)
        {
            return new MemoryStream(here, writable: false);
        }

        try
        {
            return await OpenAsync(cancellationToken);
        }
        catch (ComfyFuncException e)
            when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            var run = new Run(connection, await connection.JsonAsync(HttpMethod.Get, ApiPaths.Run(place.Run), cancellationToken));
            freshUrl = run.Outputs.TryGetValue(place.Tag, out var outputs) && place.N < outputs.Length ? outputs[place.N].Url : Url;
            return await OpenAsync(cancellationToken);
        }
    }

    /// <summary>The whole content.</summary>
    public async Task<byte[]> ContentAsync(CancellationToken cancellationToken = default)
    {
        await using var stream = await DownloadAsync(cancellationToken);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    /// <summary>Writes the content to a file.</summary>
    public async Task SaveAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var stream = await DownloadAsync(cancellationToken);
        await using var file = File.Create(path);
        await stream.CopyToAsync(file, cancellationToken);
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var url = Url ?? throw new ComfyFuncException("outputs_unavailable", "This output has no content.");
        return await connection.DownloadAsync(new(connection.Base, url), cancellationToken);
    }
}
