using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Callers;

/// <summary>Whose things a listing shows, <c>?client</c>: administrators choose, others have their own.</summary>
internal static class ClientFilter
{
    public static QueryParameter Query { get; } = QueryParameters.Text("client", "Administrators: of this one.");

    /// <returns>Why the caller may not ask for this client's; <see langword="null"/> where it may.</returns>
    public static Fault? Refusal(HttpRequest request) =>
        request.Query["client"].FirstOrDefault() is { } wanted && !request.Caller().Sees(wanted)
            ? new(FaultCode.Forbidden, "Only administrators see what other clients have.", "/client") : null;

    /// <returns><see langword="null"/> for everybody's.</returns>
    public static string? Of(HttpRequest request) =>
        request.Caller() is { Role: not Role.Admin, Client: var own } ? own : request.Query["client"].FirstOrDefault();
}
