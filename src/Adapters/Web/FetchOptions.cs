namespace ComfyFunc.Adapters.Web;

/// <summary>What a deployment allows every fetch to do.</summary>
public sealed record FetchOptions
{
    /// <summary>Also takes addresses of this machine and its private network. For development only.</summary>
    public bool AllowPrivate { get; init; }
}

/// <summary>How much of the network one fetch may take.</summary>
/// <param name="MaxBytes">Of the content, after decompression.</param>
/// <param name="Timeout">From the call to the last byte, redirects and reading included.</param>
public sealed record FetchLimits(long MaxBytes, TimeSpan Timeout);
