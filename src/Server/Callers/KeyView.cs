using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json.Serialization;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Callers;

/// <summary>A key as administrators see it.</summary>
[View("Key"), Description("A caller's key.")]
internal sealed record KeyView
{
    public required string Id { get; init; }

    public required string Client { get; init; }

    [Description("What it may do."), Words("host", "run", "author", "admin")]
    public required string Role { get; init; }

    [Description("Those that it is for; all unless told."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ImmutableArray<string>? Workflows { get; init; }

    [Description("The hosts that it may speak for; all unless told."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ImmutableArray<string>? Hosts { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    [Description("Only when it is made.")]
    public string? Key { get; init; }

    public static KeyView Of(ApiKey key) => new()
    {
        Id = key.Id,
        Client = key.Client,
        Role = key.Role.ToString().ToLowerInvariant(),
        Workflows = key.Workflows,
        Hosts = key.Hosts,
        CreatedAt = key.CreatedAt,
    };
}

/// <summary>A page of keys.</summary>
[View("KeyList")]
internal sealed record KeyListView
{
    public required ImmutableArray<KeyView> Keys { get; init; }

    [Description(Paging.ContinuationIs)]
    public string? Continuation { get; init; }
}
