using System.Collections.Immutable;

namespace ComfyFunc.Adapters.Storage;

/// <summary>One stored JSON text under a partition and a row, with the few values that queries filter on.</summary>
/// <param name="Partition">Free of the characters that <see cref="TableKey"/> escapes, as is <paramref name="Row"/>.</param>
public sealed record Document(string Partition, string Row, string Json)
{
    /// <summary>Copies of values in the JSON, for filters: strings, longs, bools and UTC times only.</summary>
    public ImmutableDictionary<string, object> Columns { get; init; } = ImmutableDictionary<string, object>.Empty;

    /// <summary>Names the version that was read. Opaque; a replace or a delete hands it back as it came.</summary>
    public string ETag { get; init; } = "";
}

/// <summary>What became of a write. Losing a race is an answer, not an exception.</summary>
public abstract record WriteReply
{
    private WriteReply() { }

    /// <param name="ETag">Names the version just written.</param>
    public sealed record Written(string ETag) : WriteReply;

    /// <summary>An insert found a document. After a retried request it may be the caller's own.</summary>
    public sealed record Exists : WriteReply;

    /// <summary>The document changed since its ETag was read.</summary>
    public sealed record Conflict : WriteReply;

    public sealed record Missing : WriteReply;
}
