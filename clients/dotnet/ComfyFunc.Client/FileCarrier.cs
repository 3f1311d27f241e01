using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ComfyFunc.Client;

/// <summary>Makes values the body of a call: files in them are sent ahead, or inline where they are small.</summary>
internal sealed class FileCarrier(ApiConnection connection)
{
    // Larger ones go ahead of the call, straight into storage.
    private const int LargestInline = 64 << 10;
    private const string Mark = "comfyfunc-file:";

    /// <summary>The values as JSON, spelled as they are.</summary>
    public async Task<string> CarryAsync(object? values, CancellationToken cancellationToken)
    {
        var (files, own) = (new List<InputFile>(), new List<InputFile>());
        var mark = $"{Mark}{Guid.NewGuid():N}:"; // No text of the values is taken for a file.
        var root = JsonSerializer.SerializeToNode(values ?? new JsonObject(), values?.GetType() ?? typeof(JsonObject),
            OptionsFor(files, own, mark)) ?? new JsonObject();
        try
        {
            await PlaceAsync(root, files, mark, cancellationToken);
        }
        finally
        {
            own.ForEach(f => f.Close()); // Those that came as they are; the others may be used again.
        }

        return root.ToJsonString();
    }

    /// <summary>Sends a file ahead of calls.</summary>
    /// <returns>What stands for it in values.</returns>
    public async Task<string> UploadAsync(InputFile file, CancellationToken cancellationToken)
    {
        var upload = await connection.JsonAsync(HttpMethod.Post, ApiPaths.Uploads, cancellationToken);
        await using (var content = await file.OpenAsync(cancellationToken))
        {
            if (upload.Long("maxBytes") < content.Length)
            {
                throw new ComfyFuncException("input_too_large",
                    $"A file of {content.Length} bytes is larger than the {upload.Long("maxBytes")} that the server takes.");
            }
        }

        var headers = upload.Member("headers") is { } told
            ? told.EnumerateObject().Select(h => (h.Name, h.Value.GetString() ?? "")).ToArray() : [];
        await connection.UploadAsync(new(upload.Text("method") ?? "PUT"), new(connection.Base, upload.Text("url") ?? ""), headers,
            file.OpenAsync, cancellationToken);
        return upload.Text("ref") ?? throw new ComfyFuncException("unexpected_answer", "The server did not say what stands for the file.");
    }

    private async Task PlaceAsync(JsonNode? node, List<InputFile> files, string mark, CancellationToken cancellationToken)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, member) in o.ToArray())
                {
                    if (FileOf(member, files, mark) is { } file)
                    {
                        o[name] = await NodeOfAsync(file, cancellationToken);
                    }
                    else
                    {
                        await PlaceAsync(member, files, mark, cancellationToken);
                    }
                }

                break;
            case JsonArray a:
                for (var i = 0; i < a.Count; i++)
                {
                    if (FileOf(a[i], files, mark) is { } file)
                    {
                        a[i] = await NodeOfAsync(file, cancellationToken);
                    }
                    else
                    {
                        await PlaceAsync(a[i], files, mark, cancellationToken);
                    }
                }

                break;
        }
    }

    private async Task<JsonObject> NodeOfAsync(InputFile file, CancellationToken cancellationToken)
    {
        var node = new JsonObject { ["type"] = "file" };
        await using (var content = await file.OpenAsync(cancellationToken))
        {
            if (content.Length <= LargestInline)
            {
                var bytes = new byte[content.Length];
                await content.ReadExactlyAsync(bytes, cancellationToken);
                node["content"] = Convert.ToBase64String(bytes);
            }
        }

        if (node.Count == 1)
        {
            node["url"] = await UploadAsync(file, cancellationToken);
        }

        if (file.Name is { } name)
        {
            node["name"] = name;
        }

        return node;
    }

    private static InputFile? FileOf(JsonNode? node, List<InputFile> files, string mark) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && text.StartsWith(mark, StringComparison.Ordinal)
        ? files[int.Parse(text[mark.Length..], System.Globalization.CultureInfo.InvariantCulture)] : null;

    private static JsonSerializerOptions OptionsFor(List<InputFile> files, List<InputFile> own, string mark) => new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            new Marker<InputFile>(files, mark, f => f),
            new Marker<FileInfo>(files, mark, f => InputFile.FromPath(f.FullName)),
            new Marker<byte[]>(files, mark, b => InputFile.FromBytes(b)),
            new Marker<Stream>(files, mark, s =>
            {
                own.Add(InputFile.FromStream(s));
                return own[^1];
            }),
        },
    };

    // Leaves a mark where a file stood.
    private sealed class Marker<T>(List<InputFile> files, string mark, Func<T, InputFile> fileOf) : JsonConverter<T>
        where T : class
    {
        public override bool CanConvert(Type typeToConvert) => typeof(T).IsAssignableFrom(typeToConvert);

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            writer.WriteStringValue($"{mark}{files.Count}");
            files.Add(fileOf(value));
        }
    }
}
