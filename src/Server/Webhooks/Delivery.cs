using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ComfyFunc.Engine;

namespace ComfyFunc.Server.Webhooks;

/// <summary>One event on its way to one receiver, and what became of each attempt.</summary>
public sealed record Delivery
{
    /// <summary>The header <c>webhook-id</c>: the same at each attempt, so that a receiver knows what it has had.</summary>
    public required string Id { get; init; }

    public required RunId Run { get; init; }

    /// <summary>Whose secret signs it.</summary>
    public required string Webhook { get; init; }

    /// <summary>Where the call wants it; <see langword="null"/> where the webhook's own URL counts.</summary>
    public Uri? Url { get; init; }

    public required string Event { get; init; }

    /// <summary>What is sent, as JSON.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is to be tried next.</summary>
    public required DateTimeOffset DueAt { get; init; }

    public DeliveryState State { get; init; } = DeliveryState.Pending;

    public ImmutableArray<DeliveryAttempt> Attempts { get; init; } = [];

    /// <summary>How many of them are of times before somebody wanted it to be made once more.</summary>
    public int? FormerAttempts { get; init; }

    /// <summary>The same event for the same receiver has the same id, however often a step of the run is carried out.</summary>
    public static string IdOf(RunId run, string @event, string receiver) =>
        $"msg_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{run}\n{@event}\n{receiver}"))[..12])}";
}

/// <summary>Where a delivery stands.</summary>
public enum DeliveryState
{
    Pending,
    Delivered,
    Abandoned,
}

/// <summary>One attempt. It succeeded if the status is 2xx.</summary>
/// <param name="Status">What the receiver answered, if it did.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, int? Status, string? Error);
