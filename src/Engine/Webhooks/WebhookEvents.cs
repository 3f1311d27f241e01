using System.Collections.Immutable;

namespace ComfyFunc.Engine.Webhooks;

/// <summary>The names of what webhooks tell.</summary>
public static class WebhookEvents
{
    public const string Started = "run.started";
    public const string Succeeded = "run.succeeded";
    public const string Failed = "run.failed";
    public const string Canceled = "run.canceled";
    public const string Expired = "run.expired";

    /// <summary>The ends of a run: what is told where nothing else was chosen.</summary>
    public static ImmutableArray<string> Ends { get; } = [Succeeded, Failed, Canceled, Expired];

    public static ImmutableArray<string> All { get; } = [Started, .. Ends];

    /// <returns>Whether a subscriber to these events is told this one.</returns>
    public static bool Include(ImmutableArray<string> chosen, string @event) =>
        (chosen.IsDefaultOrEmpty ? Ends : chosen).Contains(@event, StringComparer.Ordinal);
}
