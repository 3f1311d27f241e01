using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BitFaster.Caching.Lru;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Callers;

/// <summary>The keys of callers: those of the configuration, and the Keys table. Only hashes are kept.</summary>
public sealed class KeyStore(IDocumentTables tables, ComfyFuncOptions options, TimeProvider clock)
{
    private const string Partition = "key";
    private const string Prefix = "cfk_";
    private const int KeyBytes = 32;
    private const int IdLength = 12;
    private const int MostKept = 10_000;

    // How long a key that another process deleted may still be good here, and a new one unknown.
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    private readonly IDocumentTable table = tables["keys"];
    private readonly ImmutableDictionary<string, Caller> configured = options.Callers.ToImmutableDictionary(c => HashOf(c.Key),
        c => new Caller(c.Client, c.Role) { Scope = NameScope.Of(c.Workflows), Hosts = NameScope.Of(c.Hosts) });
    private readonly ConcurrentLru<string, Seen> seen = new(MostKept); // Whoever tries keys fills it and no more.

    /// <returns>Whose key it is, or <see langword="null"/>.</returns>
    public async Task<Caller?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var hash = HashOf(key);
        if (configured.TryGetValue(hash, out var caller))
        {
            return caller;
        }

        var now = clock.GetUtcNow();
        if (seen.TryGet(hash, out var last) && now - last.At < Freshness)
        {
            return last.Caller;
        }

        var found = await table.FindAsync(Partition, hash, cancellationToken) is { } document
            ? StoredJson.Read<ApiKey>(document.Json) : null;
        // A key that was made while anybody could make one is nobody's.
        caller = found?.MadeBy is null ? null : new(found.Client, found.Role)
        {
            Scope = NameScope.Of(found.Workflows),
            Hosts = NameScope.Of(found.Hosts)
        };
        seen.AddOrUpdate(hash, new(now, caller));
        return caller;
    }

    /// <returns>The key's row, and the key itself, which nobody can be told again.</returns>
    public async Task<(ApiKey Row, string Key)> CreateAsync(NewKey wanted, CancellationToken cancellationToken)
    {
        var key = Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)).TrimEnd('=')
            .Replace('+', '-').Replace('/', '_');
        var hash = HashOf(key);
        var row = new ApiKey(hash[..IdLength], wanted.Client, wanted.Role, clock.GetUtcNow())
        {
            MadeBy = wanted.MadeBy,
            Workflows = wanted.Workflows,
            Hosts = wanted.Hosts
        };
        await table.UpsertAsync(new Document(Partition, hash, StoredJson.Write(row)), cancellationToken);
        return (row, key);
    }

    public async Task<KeyPage> PageAsync(int size, string? continuation, CancellationToken cancellationToken)
    {
        var page = await table.PageAsync(new() { Partition = Partition, PageSize = size }, continuation, cancellationToken);
        return new([.. page.Documents.Select(d => StoredJson.Read<ApiKey>(d.Json))], page.Continuation);
    }

    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        if (id.Length != IdLength || !id.All(char.IsAsciiHexDigitLower))
        {
            return false;
        }

        await foreach (var document in table.QueryAsync(
            new DocumentQuery { Partition = Partition, RowFrom = id, RowBefore = $"{id}g" }, cancellationToken))
        {
            seen.TryRemove(document.Row);
            return await table.DeleteAsync(Partition, document.Row, etag: null, cancellationToken);
        }

        return false;
    }

    // Keys have 256 bits of chance, so a plain hash is as good as a slow one, and finding one by its hash tells an attacker's clock
    // nothing.
    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private sealed record Seen(DateTimeOffset At, Caller? Caller);
}

/// <summary>A key as it is listed.</summary>
/// <param name="Id">The beginning of the key's hash.</param>
public sealed record ApiKey(string Id, string Client, Role Role, DateTimeOffset CreatedAt)
{
    /// <summary>The client whose administrator made it; without one it opens nothing.</summary>
    public string? MadeBy { get; init; }

    /// <summary>The workflows that it may use; <see langword="null"/> for all.</summary>
    public ImmutableArray<string>? Workflows { get; init; }

    /// <summary>The hosts that it may speak for; <see langword="null"/> for all.</summary>
    public ImmutableArray<string>? Hosts { get; init; }
}

/// <summary>One page of keys.</summary>
public sealed record KeyPage(ImmutableArray<ApiKey> Keys, string? Continuation);

/// <summary>What a key is to be.</summary>
public sealed record NewKey(string Client, Role Role, string MadeBy, ImmutableArray<string>? Workflows)
{
    public ImmutableArray<string>? Hosts { get; init; }
}
