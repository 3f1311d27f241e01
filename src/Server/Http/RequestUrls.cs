using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>Makes paths absolute for headers and links that clients follow without knowing where they are.</summary>
public static class RequestUrls
{
    /// <summary>As the world reaches this server: <see cref="PublicAddress"/> has seen to it.</summary>
    public static string Absolute(this HttpRequest request, string path) => $"{request.Scheme}://{request.Host}{request.PathBase}{path}";
}
