using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Http;

/// <summary>JSON schemas in a line each.</summary>
internal static class Schemas
{
    public static OpenApiSchema Text(string? description = null, string? format = null) =>
        new() { Type = JsonSchemaType.String, Format = format, Description = description };

    public static OpenApiSchema Time(string? description = null) => Text(description, "date-time");

    public static OpenApiSchema Link(string? description = null) => Text(description, "uri");

    public static OpenApiSchema Boolean(string? description = null) => new() { Type = JsonSchemaType.Boolean, Description = description };

    public static OpenApiSchema Integer(string? description = null, string format = "int32") =>
        new() { Type = JsonSchemaType.Integer, Format = format, Description = description };

    public static OpenApiSchema Number(string? description = null) =>
        new() { Type = JsonSchemaType.Number, Format = "double", Description = description };

    public static OpenApiSchema Within(this OpenApiSchema schema, decimal? least, decimal? most)
    {
        schema.Minimum = least?.ToString(CultureInfo.InvariantCulture);
        schema.Maximum = most?.ToString(CultureInfo.InvariantCulture);
        return schema;
    }

    public static OpenApiSchema OneOf(string? description, params IEnumerable<string> values) =>
        new() { Type = JsonSchemaType.String, Description = description, Enum = [.. values.Select(v => (JsonNode)v)] };

    public static OpenApiSchema ListOf(IOpenApiSchema items, string? description = null) =>
        new() { Type = JsonSchemaType.Array, Items = items, Description = description };

    public static OpenApiSchema MapOf(IOpenApiSchema values, string? description = null) =>
        new() { Type = JsonSchemaType.Object, AdditionalProperties = values, Description = description };

    /// <summary>An object of which others may come to know more: members that are not listed are to be ignored.</summary>
    public static OpenApiSchema Record(string? description, string[] required, params (string Name, IOpenApiSchema Schema)[] members) =>
        new()
        {
            Type = JsonSchemaType.Object,
            Description = description,
            Required = required.ToHashSet(StringComparer.Ordinal),
            Properties = members.ToDictionary(m => m.Name, m => m.Schema, StringComparer.Ordinal),
        };
}
