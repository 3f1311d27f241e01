using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>Reads the values of a request's path.</summary>
internal static class RequestPath
{
    /// <param name="name">One that the route's pattern has.</param>
    public static string InPath(this HttpRequest request, string name) => (string)request.RouteValues[name]!; // The pattern has it.
}
