namespace ComfyFunc.ComfySim.Nodes;

/// <summary>One declared input of a node class, as /object_info shows it and validation reads it.</summary>
/// <param name="Choices">The values of a combo, looked up each time; null when the input is no combo.</param>
/// <param name="IsNewStyle">Whether a combo is written <c>["COMBO", {options}]</c> instead of <c>[[...], {}]</c>.</param>
internal sealed record InputSpec(string Name, string Type, PyDict? Options, Func<ModelShelf, IEnumerable<object?>>? Choices = null,
    bool IsNewStyle = false)
{
    /// <summary>Whether a file in the input directory is a choice as well, listed or not.</summary>
    public bool TakesFiles { get; init; }

    /// <summary>The type as the catalog shows it: a name, or the list of an old-style combo.</summary>
    public object TypeOn(ModelShelf shelf) => !IsNewStyle && ChoicesOn(shelf) is { } choices ? choices : Type;

    public PyDict OptionsOn(ModelShelf shelf)
    {
        var options = Options is null ? [] : new PyDict(Options);
        if (IsNewStyle && Choices is not null)
        {
            options["options"] = ChoicesOn(shelf);
        }

        return options;
    }

    public PyList? ChoicesOn(ModelShelf shelf) => Choices is null ? null : [.. Choices(shelf)];

    public PyList ToWire(ModelShelf shelf) =>
        Options is null && !IsNewStyle ? [TypeOn(shelf)] : [TypeOn(shelf), OptionsOn(shelf)];
}
