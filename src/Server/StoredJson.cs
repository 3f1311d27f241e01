using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ComfyFunc.Server;

/// <summary>
/// How all that is kept is written and read: camelCase, enums by name, nothing where there is nothing. The one door to storage's JSON: a
/// type that <see cref="StoredTypes"/> does not know goes through neither way.
/// </summary>
public static class StoredJson
{
    internal static JsonSerializerOptions Options { get; } = Made();

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static byte[] WriteBytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw Null(typeof(T));

    public static T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw Null(typeof(T));

    public static T Read<T>(JsonElement json) => json.Deserialize<T>(Options) ?? throw Null(typeof(T));

    /// <summary>
    /// Makes options of others know what is stored, so that what goes through orchestrations is written by the same contracts.
    /// </summary>
    public static void AddTo(JsonSerializerOptions options)
    {
        options.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();
        options.TypeInfoResolverChain.Insert(0, new StoredContracts());
    }

    private static JsonSerializerOptions Made()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // As rows have always had it.
            TypeInfoResolver = new StoredContracts(),
        };
        options.MakeReadOnly();
        return options;
    }

    private static JsonException Null(Type type) => new($"A stored {type.Name} is null.");
}
