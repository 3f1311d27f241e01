using System.Globalization;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>What a call may say beside its values.</summary>
public record CallOptions
{
    /// <summary>A version or an alias; the latest unless told.</summary>
    public string? Version { get; init; }

    /// <summary>An object that stays with the run.</summary>
    public object? Metadata { get; init; }

    /// <summary>Its turn: a higher one comes earlier.</summary>
    public int? Priority { get; init; }

    /// <summary>How long it may wait for a host.</summary>
    public TimeSpan? StartWithin { get; init; }

    /// <summary>How long it may take altogether.</summary>
    public TimeSpan? FinishWithin { get; init; }

    /// <summary>Who is told of its end.</summary>
    public Uri? Webhook { get; init; }

    /// <summary>Of what else the webhook is told.</summary>
    public IReadOnlyCollection<string> WebhookEvents { get; init; } = [];

    /// <summary>What its host has to be labeled with.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The memory that its host has to have.</summary>
    public double? MinVramGb { get; init; }

    /// <summary>How outputs are wanted.</summary>
    public OutputView? Output { get; init; }

    internal virtual IEnumerable<(string Name, string? Value)> Query =>
    [
        ("metadata", Metadata is null ? null : JsonSerializer.Serialize(Metadata)),
        ("priority", Priority?.ToString(CultureInfo.InvariantCulture)),
        ("startWithin", StartWithin?.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
        ("finishWithin", FinishWithin?.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
        ("webhook", Webhook?.AbsoluteUri),
        ("webhookEvents", WebhookEvents.Count == 0 ? null : string.Join(',', WebhookEvents)),
        .. Labels.Select(l => ("label", (string?)$"{l.Key}:{l.Value}")),
        ("minVramGb", MinVramGb?.ToString(CultureInfo.InvariantCulture)),
        .. Output?.Query ?? [],
    ];
}

/// <summary>What a call of <c>SubmitAsync</c> may say.</summary>
public record SubmitOptions : CallOptions
{
    /// <summary>Drawn unless given: a call that is repeated under it makes no second run.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>No result of an earlier call.</summary>
    public bool Fresh { get; init; }
}

/// <summary>What a call of <c>RunAsync</c> may say.</summary>
public sealed record RunOptions : SubmitOptions
{
    /// <summary>Is told of each event.</summary>
    public Action<RunEvent>? OnProgress { get; init; }

    /// <summary>Whether pictures of work in progress are among the events.</summary>
    public bool Previews { get; init; }

    /// <summary>For everything; then the run is canceled, and the exception's code is <c>timeout</c>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the run is canceled when waiting for it is.</summary>
    public bool CancelOnAbort { get; init; } = true;
}

/// <summary>What a call of <c>BatchAsync</c> may say.</summary>
public sealed record BatchOptions : CallOptions
{
    /// <summary>Is told how far the batch is.</summary>
    public Action<Batch>? OnProgress { get; init; }

    /// <summary>Whether the batch is canceled when waiting for it is.</summary>
    public bool CancelOnAbort { get; init; } = true;
}

/// <summary>How outputs are wanted: inline, or images in another format or size.</summary>
public sealed record OutputView
{
    /// <summary>Files inline instead of links.</summary>
    public bool Base64 { get; init; }

    /// <summary>png, jpeg or webp.</summary>
    public string? Format { get; init; }

    /// <summary>1 to 100.</summary>
    public int? Quality { get; init; }

    /// <summary>Pixels, at most.</summary>
    public int? Width { get; init; }

    /// <summary>Pixels, at most.</summary>
    public int? Height { get; init; }

    /// <summary>Without the prompt that ComfyUI writes into files.</summary>
    public bool StripMetadata { get; init; }

    internal IEnumerable<(string Name, string? Value)> Query =>
    [
        ("output", Base64 ? "base64" : null),
        ("format", Format),
        ("quality", Quality?.ToString(CultureInfo.InvariantCulture)),
        ("width", Width?.ToString(CultureInfo.InvariantCulture)),
        ("height", Height?.ToString(CultureInfo.InvariantCulture)),
        ("strip", StripMetadata ? "metadata" : null),
    ];
}
