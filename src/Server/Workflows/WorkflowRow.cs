using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Workflows;

/// <summary>A workflow's row: its name and the list of its versions, whose content lies in blobs named by their hashes.</summary>
public sealed record WorkflowRow
{
    private const int LongestHistory = 20;

    public required string Name { get; init; }

    /// <summary>Oldest first; never empty. A version, once listed, never changes.</summary>
    public ImmutableArray<WorkflowVersion> Versions { get; init; } = [];

    /// <summary>Names of versions, in lower case: what each has named, the last one now.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<int>> Aliases { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty;

    /// <summary>When it was deleted. The row stays, so that runs in flight can end and version numbers are never used again.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    [JsonIgnore]
    public string RowETag { get; init; } = "";

    [JsonIgnore]
    public WorkflowVersion Latest => Versions[^1];

    public WorkflowVersion? Find(int version) => version >= 1 && version <= Versions.Length ? Versions[version - 1] : null;

    /// <summary>The versions that an alias has named; empty when there is none.</summary>
    public ImmutableArray<int> HistoryOf(string alias) => Aliases.GetValueOrDefault(KeyOf(alias), []);

    /// <summary>The row with an alias's history; an empty one takes it away.</summary>
    public WorkflowRow WithAlias(string alias, ImmutableArray<int> history) => this with
    {
        Aliases = history.IsEmpty ? Aliases.Remove(KeyOf(alias))
            : Aliases.SetItem(KeyOf(alias), history.Length > LongestHistory ? history[^LongestHistory..] : history),
    };

    private static string KeyOf(string alias) => alias.ToLowerInvariant();
}

/// <summary>One immutable version: its number and the hashes of its prompt and of the node catalog that it was checked against.</summary>
public sealed record WorkflowVersion(int Version, string Content, string Catalog, DateTimeOffset CreatedAt)
{
    /// <summary>The HTTP entity tag: the same content has the same one, for ever.</summary>
    [JsonIgnore]
    public string ETag => Demands is null && Settings is null && ExtraData is null && Graph is null
        ? $"\"{Content}\""
        : $"\"{Content}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Demands?.Key}{Settings}{ExtraData}{Graph}")))[..8]}\"";

    /// <summary>What the workflow's author demands of a host beyond what the prompt names.</summary>
    public Demands? Demands { get; init; }

    /// <summary>What hosts are given beside the prompt, sealed: the same data is the same text.</summary>
    public string? ExtraData { get; init; }

    /// <summary>How the author wants runs treated.</summary>
    public WorkflowSettings? Settings { get; init; }

    /// <summary>The hash of the graph that it was saved with; <see langword="null"/> where it came as a prompt alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Graph { get; init; }

    /// <summary>Whether saving it would change nothing.</summary>
    public bool IsSameAs(WorkflowVersion other) => Content == other.Content && Demands?.Key == other.Demands?.Key
        && Settings == other.Settings && ExtraData == other.ExtraData && Graph == other.Graph;
}
