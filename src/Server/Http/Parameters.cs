using Microsoft.OpenApi;

namespace ComfyFunc.Server.Http;

/// <summary>A value that a request gives an endpoint beside its body.</summary>
public abstract record Parameter(string Name, OpenApiSchema Schema)
{
    /// <summary>What it is for; of most, the schema says it.</summary>
    public string? Description { get => field ?? Schema.Description; init; }

    public virtual bool IsRequired { get; init; }

    /// <summary>Whether a description says it once for all endpoints that have it.</summary>
    public bool IsShared { get; init; }
}

/// <summary>One of the values in braces in a pattern.</summary>
public sealed record PathParameter(string Name, OpenApiSchema Schema) : Parameter(Name, Schema)
{
    public override bool IsRequired => true;
}

/// <summary>A request's header that an endpoint reads.</summary>
public sealed record HeaderParameter : Parameter
{
    public HeaderParameter(string name, string description)
        : base(name, Schemas.Text()) => Description = description;
}

/// <summary>One query parameter that an endpoint reads.</summary>
/// <param name="Objection">What is wrong with a value, or <see langword="null"/>; parameters without are checked by who reads them.</param>
/// <param name="MayRepeat">Whether it may be said several times.</param>
public sealed record QueryParameter(string Name, OpenApiSchema Schema, Func<string, string?>? Objection = null, bool MayRepeat = false)
    : Parameter(Name, Schema)
{
    /// <summary>Whether this stands for many, whose names begin with its own; the summary tells of it.</summary>
    public bool IsPrefix => Name.EndsWith('.');

    /// <summary>Whether this is the parameter of that name.</summary>
    public bool Is(string name) => IsPrefix
        ? name.Length > Name.Length && name.StartsWith(Name, StringComparison.OrdinalIgnoreCase)
        : name.Equals(Name, StringComparison.OrdinalIgnoreCase);
}
