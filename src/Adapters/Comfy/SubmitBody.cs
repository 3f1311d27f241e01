using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>The body of <c>POST /prompt</c>, around a prompt that is written already.</summary>
internal static class SubmitBody
{
    public static ReadOnlyMemoryContent Write(PromptId id, ReadOnlyMemory<byte> promptJson, string clientId, string? extraData)
    {
        var buffer = new ArrayBufferWriter<byte>(promptJson.Length + 256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("prompt_id"u8, id.ToString());
        writer.WriteString("client_id"u8, clientId);
        writer.WritePropertyName("prompt"u8);
        writer.WriteRawValue(promptJson.Span, skipInputValidation: true);
        if (extraData is not null)
        {
            writer.WritePropertyName("extra_data"u8);
            writer.WriteRawValue(Encoding.UTF8.GetBytes(extraData), skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.Flush();
        return new(buffer.WrittenMemory) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }
}
