using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComfyFunc.Server.Kit;

/// <summary>How answers are written as JSON: camelCase, enums by name, nothing where there is nothing.</summary>
public static class ServerJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
            // Answers are JSON, never HTML: keep tags and names readable.
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };

        // Else each of a process's first answers completes them, and of two at once one may fail.
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
