using System.Text.Json.Nodes;

namespace ComfyFunc.Server.Http;

/// <summary>The body that an endpoint takes.</summary>
public sealed record ApiBody(Shape Shape, BodyKind Kind = BodyKind.Json)
{
    public string? Description { get; init; }

    public bool IsRequired { get; init; } = true;

    /// <summary>A body that is accepted as it is, made of a call of a workflow that is saved.</summary>
    public Func<JsonObject, JsonNode>? Example { get; init; }
}

/// <summary>What a request's body may be.</summary>
public enum BodyKind
{
    None,

    Json,

    /// <summary>JSON, or multipart/form-data.</summary>
    JsonOrForm,

    /// <summary>JSON, or a file that ComfyUI wrote.</summary>
    JsonOrFile,

    /// <summary>Bytes of any type.</summary>
    Bytes,
}
