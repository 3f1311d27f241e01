namespace ComfyFunc.Client;

/// <summary>Where the server is, and who calls.</summary>
public sealed record ComfyFuncClientOptions
{
    /// <summary>With or without <c>/api</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>A caller's key.</summary>
    public string? Key { get; init; }

    /// <summary>On Azure: a key of the function app.</summary>
    public string? FunctionKey { get; init; }
}
