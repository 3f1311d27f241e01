using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComfyFunc.Server.Kit;

/// <summary>How answers are written as JSON: camelCase, enums by name, nothing where there is nothing.</summary>
public static class ServerJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        // Answers are JSON, never HTML: keep tags and names readable.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
