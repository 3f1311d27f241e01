using System.Collections.Immutable;
using ComfyFunc.Engine.Media;

namespace ComfyFunc.Engine.Workflows;

/// <summary>One tag in a title.</summary>
/// <param name="Inputs">The inputs that it lists; <see langword="null"/> for all widgets.</param>
public sealed record Tag(string Name, ImmutableArray<TagInput>? Inputs)
{
    /// <summary>Written <c>#tag</c>: it names an output and nothing else.</summary>
    public bool IsOutputOnly { get; init; }

    /// <summary>Written <c>[tag!]</c>: it names the node's outputs too, where the node computes and also shows.</summary>
    public bool IsMarked { get; init; }

    /// <summary>The inputs of the node that callers may set by this tag.</summary>
    internal IEnumerable<NodeInput> ExposedOf(PromptNode node) => IsOutputOnly ? [] : node.Class.Inputs.Where(i => Exposes(node, i));

    /// <summary>Whether what the node returns comes back under this tag.</summary>
    internal bool NamesOutputOf(PromptNode node) =>
        node.Class.IsOutputNode && (IsOutputOnly || IsMarked || !node.Class.AlsoComputes || !ExposedOf(node).Any());

    /// <summary>Whether callers may set the input by this tag, if the node has it.</summary>
    internal bool Exposes(PromptNode node, NodeInput input)
    {
        var saved = node.Find(input.Name);
        return Inputs is { } listed
            ? listed.Any(l => l.Name.Equals(input.Name, StringComparison.OrdinalIgnoreCase))
            && (input.IsWidget || CanBeLiteral(input) || saved is { Link: null })
            : input.IsWidget && !input.IsUnlisted && saved?.Link is null && (!node.Class.IsOutputNode || node.Class.AlsoComputes);
    }

    // A listed input that the author forced to be a socket still takes a value of a scalar type.
    private static bool CanBeLiteral(NodeInput input) => InputType.HasWidget(input.ValueType);
}

/// <summary>An input that a tag lists.</summary>
/// <param name="Kind">What kind of file the author says that it takes; <see langword="null"/> to go by the catalog.</param>
public sealed record TagInput(string Name, string? Kind = null)
{
    public static ImmutableArray<string> Kinds => MediaKind.OfInputs;
}
