using System.Collections.Immutable;
using ComfyFunc.Engine.Webhooks;

namespace ComfyFunc.Server.Webhooks;

/// <summary>A receiver of events, with the secrets that what it gets is signed with.</summary>
public sealed record Webhook
{
    /// <summary>
    /// What callers name the webhook whose secret signs what their calls ask for by <c>?webhook=</c>; it has no URL of its own.
    /// </summary>
    public const string Default = "default";

    /// <summary>The id of a client's default webhook: no client can sign for another. Those that are registered begin otherwise.</summary>
    public static string DefaultOf(string client) => client.Length == 0 ? Default : $"{Default}-{client}";

    /// <summary>Whether the id is, or could be, a client's default.</summary>
    public static bool IsDefault(string id) => id.StartsWith(Default, StringComparison.OrdinalIgnoreCase);

    public required string Id { get; init; }

    public Uri? Url { get; init; }

    /// <summary>Empty for the ends of runs.</summary>
    public ImmutableArray<string> Events { get; init; } = [];

    /// <summary>Only of this workflow's runs.</summary>
    public string? Workflow { get; init; }

    public required string Secret { get; init; }

    /// <summary>The secret before the last rotation, which signs too until its time is over.</summary>
    public string? OldSecret { get; init; }

    public DateTimeOffset? OldSecretUntil { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when it gets nothing, because it said that it is gone.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>The newest first.</summary>
    public IEnumerable<string> SecretsAt(DateTimeOffset now) => OldSecret is { } old && now < OldSecretUntil ? [Secret, old] : [Secret];

    public bool Wants(string @event, string workflow) =>
        Url is not null && DisabledAt is null && WebhookEvents.Include(Events, @event)
        && (Workflow is null || Workflow.Equals(workflow, StringComparison.OrdinalIgnoreCase));
}
