using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ComfyFunc.Server.Calls;

/// <summary>
/// Reads a call's body: JSON, or multipart/form-data with JSON in a part <c>input</c>, and files and texts in parts that are named
/// <c>tag.input</c>. Files go straight into storage and are referred to from then on, so that they are never in memory whole.
/// </summary>
public sealed class CallBody(Uploads uploads, ComfyFuncOptions options)
{
    private const string JsonPart = "input";
    private const int MostParts = 200;
    private const int LongestBoundary = 200;

    private static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public async Task<CallBodyReply> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return await RequestBody.ReadAsync(request, options.MaxBodyBytes, cancellationToken) is { } body
                ? new CallBodyReply.Read(body, body, [])
                : new CallBodyReply.Refused([new(FaultCode.InputTooLarge, $"The body is larger than {options.MaxBodyBytes} bytes.")]);
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > LongestBoundary)
        {
            return new CallBodyReply.Refused(
                [new(FaultCode.InvalidRequest, "The Content-Type of a multipart body has a boundary.", "/Content-Type")]);
        }

        try
        {
            return await ReadPartsAsync(new MultipartReader(boundary, request.Body), request.Caller().Client, cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return new CallBodyReply.Refused([new(FaultCode.InvalidRequest, "The multipart body is malformed, or ends too soon.", "")]);
        }
    }

    private async Task<CallBodyReply> ReadPartsAsync(MultipartReader reader, string client, CancellationToken cancellationToken)
    {
        var json = "{}"u8.ToArray();
        var parts = ImmutableArray.CreateBuilder<FormPart>();
        var faults = ImmutableArray.CreateBuilder<Fault>();
        var room = options.MaxBodyBytes;
        for (var count = 1; await reader.ReadNextSectionAsync(cancellationToken) is { } section; count++)
        {
            if (count > MostParts)
            {
                faults.Add(new(FaultCode.InvalidRequest, $"A call has at most {MostParts} parts.", ""));
                break;
            }

            var (name, fileName) = NamesOf(section);
            // A tag may have this name too.
            if (name == JsonPart && (fileName is null || IsJson(section) || fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase)))
            {
                json = await ReadJsonAsync(section, faults, cancellationToken) ?? json;
            }
            else if (name.Trim().Length == 0)
            {
                faults.Add(new(FaultCode.InvalidRequest, "A part has no name. Name it tag.input.", ""));
            }
            else if (fileName is not null)
            {
                await StoreAsync(section, new(name, FileName: fileName, Upload: uploads.New().ToString()), client, parts,
                    faults, cancellationToken);
            }
            else
            {
                room -= await ReadTextAsync(section, name, room, parts, faults, cancellationToken);
            }
        }

        return faults.Count > 0 ? new CallBodyReply.Refused(faults.ToImmutable())
            : new CallBodyReply.Read(json, EssenceOf(json, parts), parts.ToImmutable());
    }

    // Both are decoded when they are read, from whatever encoding the sender claims; bytes that are none of it become U+FFFD.
    private static (string Name, string? FileName) NamesOf(MultipartSection section)
    {
        try
        {
            var disposition = section.GetContentDispositionHeader();
            var fileName = disposition is null ? default : disposition.FileNameStar.HasValue ? disposition.FileNameStar
                : disposition.FileName;
            return (HeaderUtilities.RemoveQuotes(disposition?.Name ?? "").Value ?? "", HeaderUtilities.RemoveQuotes(fileName).Value);
        }
        catch (NotSupportedException e)
        {
            throw new InvalidDataException("The name of a part is in an encoding that nobody reads any more.", e);
        }
    }

    private async Task StoreAsync(
        MultipartSection section, FormPart file, string client, ImmutableArray<FormPart>.Builder parts,
        ImmutableArray<Fault>.Builder faults, CancellationToken cancellationToken)
    {
        if (UploadRef.TryParse(file.Upload, out var upload)
            && await uploads.StoreAsync(upload.Value, client, section.Body, cancellationToken) is { } stored)
        {
            parts.Add(file with { Sha256 = stored.Sha256 });
        }
        else
        {
            faults.Add(new(FaultCode.InputTooLarge, $"The file is larger than {options.MaxInputBytes} bytes.", PointerTo(file.Name)));
        }
    }

    private static async Task<long> ReadTextAsync(
        MultipartSection section, string name, long room, ImmutableArray<FormPart>.Builder parts, ImmutableArray<Fault>.Builder faults,
        CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(section.Body, null, room, cancellationToken) is not { } bytes)
        {
            faults.Add(new(FaultCode.InputTooLarge, "The texts of the form are larger than a body may be.", PointerTo(name)));
            return room;
        }

        try
        {
            parts.Add(new(name, Text.GetString(bytes.Span), IsJson(section)));
        }
        catch (DecoderFallbackException)
        {
            faults.Add(new(FaultCode.InvalidRequest,
                "The text is not UTF-8. A file has a file name: curl -F name=@file.", PointerTo(name)));
        }

        return bytes.Length;
    }

    private static bool IsJson(MultipartSection section) =>
        MediaTypeHeaderValue.TryParse(section.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    // What tells a pointer before the contract is known: most parts are tag.input.
    private static string PointerTo(string part) =>
        part.LastIndexOf('.') is > 0 and var dot ? JsonPointer.Of(part[..dot], part[(dot + 1)..]) : JsonPointer.Of(part);

    private async Task<byte[]?> ReadJsonAsync(MultipartSection section, ImmutableArray<Fault>.Builder faults,
        CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(section.Body, null, options.MaxBodyBytes, cancellationToken) is not { } body)
        {
            faults.Add(new(FaultCode.InputTooLarge, $"The part '{JsonPart}' is larger than {options.MaxBodyBytes} bytes.",
                PointerTo(JsonPart)));
            return null;
        }

        switch (StrictJson.Parse(body))
        {
            case StrictJson.Malformed malformed:
                faults.Add(malformed.Fault);
                return null;
            case StrictJson.Parsed { Root.ValueKind: JsonValueKind.Object }:
                return body.ToArray();
            default:
                faults.Add(new(FaultCode.InvalidInput,
                    $"The part '{JsonPart}' is an object of tags: {{\"tag\":{{\"input\":value}}}}.", ""));
                return null;
        }
    }

    // Where files lie differs from call to call; what they hold does not.
    private static byte[] EssenceOf(byte[] json, IEnumerable<FormPart> parts) =>
        [.. json, .. StoredJson.WriteBytes(parts.Select(p => p with { Upload = "" }).ToArray())];
}

/// <summary>A call's body, or everything that is wrong with it.</summary>
public abstract record CallBodyReply
{
    private CallBodyReply() { }

    /// <param name="Json">The values.</param>
    /// <param name="Essence">The same for each repetition of a call, whatever its files were named in storage.</param>
    /// <param name="Parts">What came as parts of a form, yet to be put among the values.</param>
    public sealed record Read(ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Essence, ImmutableArray<FormPart> Parts) : CallBodyReply;

    public sealed record Refused(ImmutableArray<Fault> Faults) : CallBodyReply;
}
