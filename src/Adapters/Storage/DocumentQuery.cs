using System.Collections.Immutable;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Which documents of a table to list; they come ordered by partition, then row, by UTF-16 code unit.</summary>
public sealed record DocumentQuery
{
    public const int LargestPage = 1000;

    /// <summary>Exactly this partition; excludes the two bounds below.</summary>
    public string? Partition { get; init; }

    /// <summary>Inclusive.</summary>
    public string? PartitionFrom { get; init; }

    /// <summary>Exclusive.</summary>
    public string? PartitionBefore { get; init; }

    /// <summary>Inclusive.</summary>
    public string? RowFrom { get; init; }

    /// <summary>Exclusive.</summary>
    public string? RowBefore { get; init; }

    /// <summary>Columns that must have exactly these values.</summary>
    public ImmutableDictionary<string, object> Where { get; init; } = ImmutableDictionary<string, object>.Empty;

    /// <summary>Columns that must have one of these values, of which there is one at least; each stands there once.</summary>
    public ImmutableDictionary<string, ImmutableArray<object>> WhereAny { get; init; } =
        ImmutableDictionary<string, ImmutableArray<object>>.Empty;

    /// <summary>Where not empty: the documents come with these columns alone, without their JSON and not to be written over.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>The most documents of one page; for a whole listing, of one request.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>All filters as one kind.</summary>
    internal IEnumerable<(string Name, ImmutableArray<object> Values)> Filters =>
        Where.Select(w => (w.Key, ImmutableArray.Create(w.Value))).Concat(WhereAny.Select(w => (w.Key,
            w.Value.IsDefaultOrEmpty ? throw new ArgumentException($"'{w.Key}' is to have one of no values.") : w.Value)));

    internal int BoundedPageSize => Math.Clamp(PageSize, 1, LargestPage);
}

/// <summary>One page of a listing.</summary>
/// <param name="Continuation">Asks for the next page; <see langword="null"/> after the last. A page before it may be the last one that
/// holds anything, and may be short or empty: what is rare among very many is not looked for to the end at once.</param>
public sealed record DocumentPage(ImmutableArray<Document> Documents, string? Continuation)
{
    /// <summary>Whether a page may have given this continuation. <see langword="null"/> begins a listing.</summary>
    public static bool Gives(string? continuation) => continuation is null || DocumentCursor.TryParse(continuation, out _);
}
