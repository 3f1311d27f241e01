using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ComfyFunc.Server.Kit;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace ComfyFunc.Server.Http;

/// <summary>
/// Derives the schemas of answers from the records that are written as them. What is always there is <c>required</c>; what is left out when
/// it is null is never null, so that only members that are written as null may be it.
/// </summary>
internal static class ViewSchemas
{
    // Numbers are written as numbers, so their schemas need not allow for texts.
    private static readonly JsonSerializerOptions Options = new(ServerJson.Options)
    {
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <param name="view">A record with a <see cref="ViewAttribute"/>.</param>
    public static OpenApiSchemaReference In(OpenApiDocument document, Type view)
    {
        var name = NameOf(view) ?? throw new ArgumentException($"{view} has no name as a view.", nameof(view));
        if (document.Components?.Schemas?.ContainsKey(name) is not true)
        {
            var inner = new HashSet<Type>();
            var schema = Options.GetJsonSchemaAsNode(view, new JsonSchemaExporterOptions
            {
                TreatNullObliviousAsNonNullable = true,
                TransformSchemaNode = (context, node) => Tell(context, node, inner),
            });
            foreach (var other in inner)
            {
                In(document, other);
            }

            document.AddComponent(name, Read(schema, document));
        }

        return new(name, document);
    }

    private static OpenApiSchema Read(JsonNode schema, OpenApiDocument document)
    {
        var read = OpenApiModelFactory.Parse<OpenApiSchema>(
            schema.ToJsonString(), OpenApiSpecVersion.OpenApi3_1, document, out var diagnostic, OpenApiConstants.Json);
        return read is not null && diagnostic.Errors.Count == 0
            ? read : throw new InvalidOperationException($"The schema is none: {string.Join(' ', diagnostic.Errors)}");
    }

    private static JsonObject Tell(JsonSchemaExporterContext context, JsonNode node, HashSet<Type> inner)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var member = context.PropertyInfo?.AttributeProvider;
        var isNullable = member is null || Of<JsonIgnoreAttribute>(member)?.Condition is JsonIgnoreCondition.Never;
        if (!context.Path.IsEmpty && NameOf(type) is { } name)
        {
            inner.Add(type);
            return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
        }

        var schema = node as JsonObject ?? []; // A schema may be written as true.
        if (!isNullable && schema["type"] is JsonArray types)
        {
            schema["type"] = types.First(t => (string?)t is not "null")!.DeepClone(); // Null is never alone.
        }

        if (type == typeof(JsonObject))
        {
            schema["type"] = "object";
        }

        if (FormatOf(type, member) is { } format)
        {
            schema["format"] = format;
        }

        if ((Of<DescriptionAttribute>(member) ?? Of<DescriptionAttribute>(type))?.Description is { } description)
        {
            schema["description"] = description;
        }

        if (Of<WordsAttribute>(member) is { } choice)
        {
            (schema["items"] as JsonObject ?? schema)["enum"] = new JsonArray([.. choice.Words.Select(w => (JsonNode)w)]);
        }

        return schema;
    }

    private static string? FormatOf(Type type, ICustomAttributeProvider? member) =>
        Of<FormatAttribute>(member)?.Format
        ?? (type == typeof(int) ? "int32" : type == typeof(long) ? "int64" : type == typeof(double) ? "double" : null);

    private static string? NameOf(Type type) => Of<ViewAttribute>(type)?.Name;

    private static T? Of<T>(ICustomAttributeProvider? member) where T : Attribute =>
        member?.GetCustomAttributes(typeof(T), inherit: false) is [T attribute, ..] ? attribute : null;
}
