using System.Diagnostics;
using ComfyFunc.Adapters;

namespace ComfyFunc.Server.Telemetry;

/// <summary>Begins this process's spans. While nobody listens there are none.</summary>
public sealed class Traces : IDisposable
{
    public ActivitySource Source { get; } = new(Product.Name, Product.Version);

    /// <summary>
    /// The span of what is done now, to be told to whoever goes on with it; <see langword="null"/> where it is not recorded, or nobody would
    /// hear of it.
    /// </summary>
    public static string? Current =>
        Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } id } span && span.Source.HasListeners() ? id : null;

    /// <summary>A part of what is done now.</summary>
    /// <param name="about">What it is about, though not a part of it, as <see cref="Current"/> said there.</param>
    public Activity? Begin(string name, ActivityKind kind, string? about = null) => !Source.HasListeners() ? null
        : Source.StartActivity(name, kind, default(ActivityContext), links: ContextOf(about) is { } context ? [new(context)] : null);

    /// <summary>A part of what was begun elsewhere.</summary>
    /// <param name="parent">What <see cref="Current"/> said there; a part of nothing makes no span.</param>
    /// <param name="at">When it began, if that is past.</param>
    public Activity? Continue(string name, ActivityKind kind, string? parent, DateTimeOffset at = default) =>
        !Source.HasListeners() || ContextOf(parent) is not { } context ? null
        : Source.StartActivity(name, kind, context, startTime: at);

    /// <summary>Records what is past.</summary>
    public Activity? Record(string name, Activity parent, DateTimeOffset from, DateTimeOffset to)
    {
        var span = Source.StartActivity(name, ActivityKind.Internal, parent.Context, startTime: from);
        return span?.SetEndTime(to.UtcDateTime);
    }

    public void Dispose() => Source.Dispose();

    private static ActivityContext? ContextOf(string? id) =>
        id is not null && ActivityContext.TryParse(id, traceState: null, isRemote: true, out var context) ? context : null;
}
