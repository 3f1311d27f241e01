using System.Diagnostics;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>What is looked for in spans.</summary>
internal static class Spans
{
    public static Activity Named(this IEnumerable<Activity> spans, string name) => Assert.Single(spans, s => s.DisplayName == name);

    public static string? Text(this Activity span, string tag) => span.GetTagItem(tag)?.ToString();

    /// <summary>All that a span says, a line each.</summary>
    public static IEnumerable<string> Said(this Activity span) => span.TagObjects.Select(t => $"{t.Key}={t.Value}")
        .Append(span.DisplayName).Append(span.StatusDescription ?? "").Concat(span.Events.SelectMany(e => e.Tags.Select(t => $"{t.Value}")))
        .Concat(span.Baggage.Select(b => $"{b.Value}"));

    /// <summary>Every span is part of another one that is there, or of the caller's.</summary>
    public static void AssertOneTrace(IReadOnlyCollection<Activity> spans, ActivitySpanId caller)
    {
        var known = spans.Select(s => s.SpanId).Append(caller).ToHashSet();
        Assert.NotEmpty(spans);
        Assert.Empty(spans.Where(s => !known.Contains(s.ParentSpanId)).Select(s => $"{s.DisplayName} is part of nothing that is there"));
        Assert.Equal(spans.Count, spans.Select(s => s.SpanId).Distinct().Count());
    }
}
