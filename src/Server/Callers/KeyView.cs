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

    [Description("Each may do what those before it may."), Words("run", "author", "admin")]
    public required string Role { get; init; }

    [Description("Those that it is for; all unless told."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ImmutableArray<string>? Workflows { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    [Description("Only when it is made.")]
    public string? Key { get; init; }

    public static KeyView Of(ApiKey key) => new()
    {
        Id = key.Id,
        Client = key.Client,
        Role = key.Role.ToString().ToLowerInvariant(),
        Workflows = key.Workflows,
        CreatedAt = key.CreatedAt,
    };
}

/// <summary>All keys.</summary>
[View("KeyList")]
internal sealed record KeyListView
{
    public required ImmutableArray<KeyView> Keys { get; init; }
}
