namespace ComfyFunc.Adapters.Web;

/// <summary>What became of a fetch. Details are safe to show to callers: they name no address.</summary>
public abstract record FetchReply
{
    private FetchReply() { }

    /// <param name="Content">The caller disposes it. Reading throws <see cref="FetchInterruptedException"/> when a limit is met on the
    /// way.</param>
    /// <param name="Length">What the server announced.</param>
    /// <param name="ContentType">What the server claims, without parameters.</param>
    /// <param name="FileName">One path segment that the server or the URL suggests. Untrusted.</param>
    public sealed record Opened(Stream Content, long? Length, string? ContentType, string? FileName) : FetchReply;

    /// <summary>The URL, or one that it redirects to, is not one to fetch. Trying again changes nothing.</summary>
    public sealed record Blocked(string Detail) : FetchReply;

    public sealed record Unreachable(string Detail) : FetchReply;

    public sealed record TooLarge : FetchReply;
}
