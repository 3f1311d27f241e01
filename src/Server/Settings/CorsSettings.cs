namespace ComfyFunc.Server.Settings;

/// <summary>Which web pages may use the API from a browser.</summary>
public sealed class CorsSettings
{
    /// <summary>
    /// Their origins, such as <c>https://app.example.com</c> or <c>https://*.example.com</c>; <c>*</c> for every page, where keys guard the
    /// API.
    /// </summary>
    public IList<string> Origins { get; init; } = [];
}
