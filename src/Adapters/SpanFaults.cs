using System.Diagnostics;

namespace ComfyFunc.Adapters;

/// <summary>Says of a span that what it covers failed.</summary>
public static class SpanFaults
{
    public const string Attribute = "error.type";

    /// <param name="type">A code or the name of a kind: never what somebody said.</param>
    public static Activity Failed(this Activity span, string type) => span.SetTag(Attribute, type).SetStatus(ActivityStatusCode.Error);

    /// <summary>For a <c>when</c>: notes the exception as it passes.</summary>
    /// <returns><see langword="false"/>.</returns>
    public static bool Passes(Activity? span, Exception e)
    {
        span?.Failed(e.GetType().FullName ?? e.GetType().Name);
        return false;
    }
}
