using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>Reads the values of a request's path.</summary>
internal static class RequestPath
{
    private static readonly PathString Files = $"/{Routes.Files}";

    /// <param name="name">One that the route's pattern has.</param>
    public static string InPath(this HttpRequest request, string name) => (string)request.RouteValues[name]!; // The pattern has it.

    /// <summary>Whether it asks for a file by its link.</summary>
    public static bool IsOfFile(this HttpRequest request) => request.Path.StartsWithSegments(Files, StringComparison.OrdinalIgnoreCase);

    /// <summary>The path as it may be written down: whoever has a file's link may read the file.</summary>
    public static string WrittenPath(this HttpRequest request) => request.IsOfFile() ? $"{Files}/…" : request.Path;
}
