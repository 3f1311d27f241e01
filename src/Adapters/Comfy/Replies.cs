using System.Collections.Immutable;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>What a ComfyUI server said to a submitted prompt.</summary>
public abstract record SubmitReply
{
    private SubmitReply() { }

    public sealed record Accepted : SubmitReply;

    public sealed record Rejected(string Type, string Message, ImmutableArray<NodeError> Nodes) : SubmitReply;

    /// <summary>Some outputs were invalid and silently dropped; the rest was queued.</summary>
    public sealed record AcceptedInPart(ImmutableArray<NodeError> Nodes) : SubmitReply;

    /// <summary>The prompt may have arrived: look before submitting it again.</summary>
    public sealed record Unanswered(string? Detail = null) : SubmitReply;
}

/// <summary>What was wrong with one node of a submitted prompt.</summary>
public sealed record NodeError(string Node, string? Class, ImmutableArray<NodeInputError> Errors);

/// <summary>One fault of one node. Free of tracebacks and of the server's paths.</summary>
public sealed record NodeInputError(string Type, string Message, string Details, string? Input);

/// <summary>Where a prompt is.</summary>
public abstract record Whereabouts
{
    private Whereabouts() { }

    /// <param name="Before">How many prompts run before it.</param>
    public sealed record Pending(int Before) : Whereabouts;

    public sealed record Executing : Whereabouts;

    public sealed record Ended(HistoryEntry Entry) : Whereabouts;

    /// <summary>In neither queue nor history: never arrived, deleted, or lost with the process.</summary>
    public sealed record Nowhere : Whereabouts;

    /// <param name="Detail">A sentence about the host, where the reason is known.</param>
    public sealed record NoAnswer(string? Detail = null) : Whereabouts;
}

/// <summary>What the history said of a prompt.</summary>
public abstract record HistoryReply
{
    private HistoryReply() { }

    public sealed record Found(HistoryEntry Entry) : HistoryReply;

    public sealed record None : HistoryReply;

    /// <param name="Detail">A sentence about the host, where the reason is known.</param>
    public sealed record NoAnswer(string? Detail = null) : HistoryReply;
}

/// <summary>What became of an upload.</summary>
public abstract record UploadReply
{
    private UploadReply() { }

    public sealed record Stored(string Name, string Subfolder) : UploadReply;

    public sealed record Refused(int Status, string Detail) : UploadReply;

    /// <param name="Limit">The bytes that the host takes, if it says so.</param>
    public sealed record TooLarge(long? Limit) : UploadReply;

    public sealed record NoAnswer(string? Detail = null) : UploadReply;
}

/// <summary>What became of asking for an output file.</summary>
public abstract record OutputReply
{
    private OutputReply() { }

    /// <param name="Content">The caller's to dispose; it closes the connection.</param>
    public sealed record Opened(Stream Content, long? Length, string? ContentType) : OutputReply;

    public sealed record Missing : OutputReply;

    public sealed record NoAnswer(string? Detail = null) : OutputReply;
}

/// <summary>What became of asking for the node catalog.</summary>
public abstract record CatalogReply
{
    private CatalogReply() { }

    /// <param name="Json">An object in plain RFC 8259 JSON, whatever the host wrote.</param>
    public sealed record Read(ReadOnlyMemory<byte> Json) : CatalogReply;

    public sealed record Unreadable(string Detail) : CatalogReply;

    public sealed record Unauthorized(string Detail) : CatalogReply;

    public sealed record NoAnswer(string? Detail = null) : CatalogReply;
}
