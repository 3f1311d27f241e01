using System.Diagnostics;

namespace ComfyFunc.Server.Http;

/// <summary>The id under which what one request caused is found in logs and traces (W3C Trace Context).</summary>
public static class TraceIds
{
    /// <summary>That of the request, or of the step, that is being carried out; <see langword="null"/> outside of one.</summary>
    public static string? Current => Activity.Current?.TraceId.ToString();
}
