using Microsoft.OpenApi;

namespace ComfyFunc.Server.Http;

/// <summary>The schema of a body or of an answer, as a document has it: in place, or by the name under which it is said once.</summary>
public sealed record Shape(Func<OpenApiDocument, IOpenApiSchema> In)
{
    public static Shape Object { get; } = new OpenApiSchema { Type = JsonSchemaType.Object };

    public static Shape Text { get; } = Schemas.Text();

    /// <param name="name">That of a schema among the document's components.</param>
    public static Shape Named(string name) => new(document => new OpenApiSchemaReference(name, document));

    /// <summary>What the schema of a view is.</summary>
    /// <typeparam name="T">A record with a <see cref="ViewAttribute"/>.</typeparam>
    public static Shape Of<T>() => new(document => ViewSchemas.In(document, typeof(T)));

    public static Shape MapOf(Shape values, string? description = null) => new(document => Schemas.MapOf(values.In(document), description));

    public static Shape ListOf(Shape items, string? description = null) => new(document => Schemas.ListOf(items.In(document), description));

    /// <inheritdoc cref="Named"/>
    public static implicit operator Shape(string name) => Named(name);

    public static implicit operator Shape(OpenApiSchema schema) => FromOpenApiSchema(schema);

    public static Shape FromOpenApiSchema(OpenApiSchema schema) => new(_ => schema);
}
