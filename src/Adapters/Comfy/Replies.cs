using System.Collections.Immutable;

namespace ComfyFunc.Comfy;

/// <summary>What a ComfyUI server said to a submitted prompt.</summary>
public abstract record SubmitReply
{
    private SubmitReply() { }

    public sealed record Accepted : SubmitReply;

    public sealed record Rejected(string Type, string Message, ImmutableArray<NodeError> Nodes) : SubmitReply;

    /// <summary>Some outputs were invalid and silently dropped; the rest was queued.</summary>
    public sealed record AcceptedInPart(ImmutableArray<NodeError> Nodes) : SubmitReply;

    /// <summary>The prompt may have arrived: look before submitting it again.</summary>
    public sealed record Unanswered : SubmitReply;
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

    public sealed record NoAnswer : Whereabouts;
}

/// <summary>What the history said of a prompt.</summary>
public abstract record HistoryReply
{
    private HistoryReply() { }

    public sealed record Found(HistoryEntry Entry) : HistoryReply;

    public sealed record None : HistoryReply;

    public sealed record NoAnswer : HistoryReply;
}

/// <summary>What became of an upload.</summary>
public abstract record UploadReply
{
    private UploadReply() { }

    public sealed record Stored(string Name, string Subfolder) : UploadReply;

    public sealed record Refused(int Status, string Detail) : UploadReply;

    public sealed record NoAnswer : UploadReply;
}

/// <summary>What became of asking for an output file.</summary>
public abstract record OutputReply
{
    private OutputReply() { }

    /// <param name="Content">The caller's to dispose; it closes the connection.</param>
    public sealed record Opened(Stream Content, long? Length, string? ContentType) : OutputReply;

    public sealed record Missing : OutputReply;

    public sealed record NoAnswer : OutputReply;
}

/// <summary>What a host says of itself.</summary>
/// <param name="VramBytes">Of its largest device; on a CPU, what it counts as such.</param>
public sealed record SystemStats(string? ComfyVersion, long VramBytes);

/// <summary>A host's queue in the order in which it will run.</summary>
public sealed record QueueView(ImmutableArray<PromptId> Running, ImmutableArray<PromptId> Pending)
{
    /// <summary>Whether the running prompt belongs to no client: then ComfyUI tells its progress to every socket.</summary>
    public bool IsRunningAudible { get; init; }
}
