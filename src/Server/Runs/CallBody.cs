using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Callers;
using ComfyFunc.Workflows;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ComfyFunc.Runs;

/// <summary>
/// Reads a call's body: JSON, or multipart/form-data with the JSON in a part <c>input</c> and files in parts that are named <c>tag.input</c>. Files go
/// straight into storage and are referred to in the JSON from then on, so that they are never in memory whole.
/// </summary>
public sealed class CallBody(Uploads uploads, ComfyFuncOptions options)
{
    private const string JsonPart = "input";
    private const int MostParts = 200;
    private const int LongestBoundary = 200;

    public async Task<CallBodyReply> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return await RequestBody.ReadAsync(request, options.MaxBodyBytes, cancellationToken) is { } body
                ? new CallBodyReply.Read(body, body)
                : new CallBodyReply.Refused([new("input_too_large", $"The body is larger than {options.MaxBodyBytes} bytes.")]);
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > LongestBoundary)
        {
            return new CallBodyReply.Refused([new("invalid_request", "The Content-Type of a multipart body has a boundary.")]);
        }

        try
        {
            return await ReadPartsAsync(new MultipartReader(boundary, request.Body), request.Caller().Client, cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return new CallBodyReply.Refused([new("invalid_request", "The multipart body is malformed, or ends too soon.")]);
        }
    }

    private async Task<CallBodyReply> ReadPartsAsync(MultipartReader reader, string client, CancellationToken cancellationToken)
    {
        var values = new JsonObject();
        var files = new List<PartFile>();
        var faults = ImmutableArray.CreateBuilder<Fault>();
        for (var count = 1; await reader.ReadNextSectionAsync(cancellationToken) is { } section; count++)
        {
            if (count > MostParts)
            {
                faults.Add(new("invalid_request", $"A call has at most {MostParts} parts."));
                break;
            }

            var (name, fileName) = NamesOf(section);
            if (name == JsonPart)
            {
                values = await ReadJsonAsync(section, faults, cancellationToken) ?? values;
            }
            else if (name.LastIndexOf('.') is > 0 and var dot && dot < name.Length - 1)
            {
                await StoreAsync(section, new(name[..dot], name[(dot + 1)..], fileName, uploads.New().ToString()), client, files, faults, cancellationToken);
            }
            else
            {
                faults.Add(new("invalid_request", $"The part '{name}' is neither '{JsonPart}' nor a file that is named tag.input.", JsonPointer.Of(name)));
            }
        }

        return faults.Count > 0 ? new CallBodyReply.Refused(faults.ToImmutable()) : new CallBodyReply.Read(With(values, files, f => f.Ref), With(values, files, f => f.Sha256));
    }

    // Both are decoded when they are read, from whatever encoding the sender claims; bytes that are none of it become U+FFFD.
    private static (string Name, string? FileName) NamesOf(MultipartSection section)
    {
        try
        {
            var disposition = section.GetContentDispositionHeader();
            var fileName = disposition is null ? default : disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
            return (HeaderUtilities.RemoveQuotes(disposition?.Name ?? "").Value ?? "", HeaderUtilities.RemoveQuotes(fileName).Value);
        }
        catch (NotSupportedException e)
        {
            throw new InvalidDataException("The name of a part is in an encoding that nobody reads any more.", e);
        }
    }

    private async Task StoreAsync(MultipartSection section, PartFile file, string client, List<PartFile> files, ImmutableArray<Fault>.Builder faults, CancellationToken cancellationToken)
    {
        if (Prompts.UploadRef.TryParse(file.Ref, out var upload) && await uploads.StoreAsync(upload.Value, client, section.Body, cancellationToken) is { } stored)
        {
            files.Add(file with { Sha256 = stored.Sha256 });
        }
        else
        {
            faults.Add(new("input_too_large", $"The file is larger than {options.MaxInputBytes} bytes.", JsonPointer.Under(JsonPointer.Of(file.Tag), file.Input)));
        }
    }

    private async Task<JsonObject?> ReadJsonAsync(MultipartSection section, ImmutableArray<Fault>.Builder faults, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(section.Body, null, options.MaxBodyBytes, cancellationToken) is not { } body)
        {
            faults.Add(new("input_too_large", $"The part '{JsonPart}' is larger than {options.MaxBodyBytes} bytes."));
            return null;
        }

        switch (StrictJson.Parse(body))
        {
            case StrictJson.Malformed malformed:
                faults.Add(malformed.Fault);
                return null;
            case StrictJson.Parsed { Root: { ValueKind: JsonValueKind.Object } root }:
                return JsonNode.Parse(root.GetRawText())!.AsObject(); // It is an object.
            default:
                faults.Add(new("invalid_input", $"The part '{JsonPart}' is an object of tags: {{\"tag\":{{\"input\":value}}}}.", ""));
                return null;
        }
    }

    /// <summary>The values with each file in its place; several for one place are an array.</summary>
    private static byte[] With(JsonObject values, List<PartFile> files, Func<PartFile, string> say)
    {
        var all = values.DeepClone().AsObject();
        foreach (var place in files.GroupBy(f => (f.Tag, f.Input)))
        {
            var tag = all.FirstOrDefault(p => p.Key.Trim().Equals(place.Key.Tag.Trim(), StringComparison.OrdinalIgnoreCase));
            if (tag.Value is not JsonObject inputs)
            {
                all[tag.Key ?? place.Key.Tag] = inputs = [];
            }

            JsonNode[] shown = [.. place.Select(f => new JsonObject { ["type"] = "file", ["name"] = f.Name, ["url"] = say(f) })];
            inputs[place.Key.Input] = shown.Length == 1 ? shown[0] : new JsonArray(shown);
        }

        return Encoding.UTF8.GetBytes(all.ToJsonString());
    }

    private sealed record PartFile(string Tag, string Input, string? Name, string Ref, string Sha256 = "");
}

/// <summary>A call's body, or everything that is wrong with it.</summary>
public abstract record CallBodyReply
{
    private CallBodyReply() { }

    /// <param name="Json">The values.</param>
    /// <param name="Essence">The same for each repetition of a call, whatever its files were named in storage.</param>
    public sealed record Read(ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Essence) : CallBodyReply;

    public sealed record Refused(ImmutableArray<Fault> Faults) : CallBodyReply;
}
