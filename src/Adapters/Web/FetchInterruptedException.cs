namespace ComfyFunc.Adapters.Web;

/// <summary>A fetch that had opened met a limit or lost its connection while it was read.</summary>
public sealed class FetchInterruptedException : IOException
{
    public FetchInterruptedException()
        : this(new FetchReply.Unreachable("The content broke off.")) { }

    public FetchInterruptedException(string message)
        : this(new FetchReply.Unreachable(message)) { }

    public FetchInterruptedException(string message, Exception? innerException)
        : this(new FetchReply.Unreachable(message), innerException) { }

    public FetchInterruptedException(FetchReply reply, Exception? innerException = null)
        : base(reply is FetchReply.Unreachable u ? u.Detail : "The content is too large.", innerException) => Reply = reply;

    /// <summary>
    /// What the fetch would have answered, had it known: <see cref="FetchReply.TooLarge"/> or <see cref="FetchReply.Unreachable"/>.
    /// </summary>
    public FetchReply Reply { get; }
}
