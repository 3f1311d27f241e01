using System.Collections.Immutable;
using System.Security.Cryptography;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Server.Webhooks;

/// <summary>The Webhooks table.</summary>
public sealed class WebhookStore(IDocumentTables tables, TimeProvider clock)
{
    private const string Partition = "webhook";

    // What follows all that begin as a default does, in keys as in ids.
    private const string AfterDefaults = "defaulu";

    // How long a webhook that another process registered may go unnoticed here.
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly IDocumentTable table = tables["webhooks"];
    private volatile Snapshot? known;

    /// <summary>Those that are registered.</summary>
    public async Task<ImmutableArray<Webhook>> KnownAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (known is { } fresh && now - fresh.At < Freshness)
        {
            return fresh.Webhooks;
        }

        // Each client has a default beside them.
        DocumentQuery[] others = [new() { RowBefore = Webhook.Default }, new() { RowFrom = AfterDefaults }];
        var webhooks = ImmutableArray.CreateBuilder<Webhook>();
        foreach (var query in others)
        {
            webhooks.AddRange(await table.QueryAsync(query with { Partition = Partition, PageSize = DocumentQuery.LargestPage },
                cancellationToken).Select(d => StoredJson.Read<Webhook>(d.Json)).ToArrayAsync(cancellationToken));
        }

        known = new(now, webhooks.ToImmutable());
        return known.Webhooks;
    }

    /// <summary>A page of those that are registered.</summary>
    public async Task<WebhookPage> PageAsync(int size, string? continuation, CancellationToken cancellationToken)
    {
        var (shown, next) = await table.PageOfShownAsync(new() { Partition = Partition, PageSize = size }, continuation,
            page => ValueTask.FromResult(page.Select(d => StoredJson.Read<Webhook>(d.Json)).Where(w => w.Url is not null)),
            cancellationToken);
        return new(shown, next);
    }

    public async Task<Webhook?> FindAsync(string id, CancellationToken cancellationToken) =>
        id.Length > 0 && await table.FindAsync(Partition, KeyOf(id), cancellationToken) is { } document
        ? StoredJson.Read<Webhook>(document.Json) : null;

    /// <summary>The webhook that an address names to a client: <c>default</c> is the client's own.</summary>
    public async Task<Webhook?> NamedAsync(string name, string client, CancellationToken cancellationToken) =>
        WebhookEndpoints.IsOwn(name) ? await DefaultAsync(client, cancellationToken) : await FindAsync(name, cancellationToken);

    /// <summary>The webhook whose secret signs what a client's calls ask for; made when it is first needed.</summary>
    public async Task<Webhook> DefaultAsync(string client, CancellationToken cancellationToken)
    {
        var id = Webhook.DefaultOf(client);
        // Written, since the change is never null.
        return await FindAsync(id, cancellationToken) ?? (await WriteAsync(id, known => known ?? New(id), cancellationToken)).Now!;
    }

    /// <summary>Changes the row, or makes it, as often as it takes for nobody to be faster.</summary>
    /// <param name="change">Gets <see langword="null"/> where there is none; answering <see langword="null"/> leaves everything as it
    /// is.</param>
    public async Task<(Webhook? Before, Webhook? Now)> WriteAsync(string id, Func<Webhook?, Webhook?> change,
        CancellationToken cancellationToken)
    {
        var written = await table.ChangeAsync(Partition, KeyOf(id), $"the webhook '{id}'", change, cancellationToken);
        known = null;
        return written;
    }

    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var deleted = SafeName.IsValid(id) && await table.DeleteAsync(Partition, KeyOf(id), etag: null, cancellationToken);
        known = null;
        return deleted;
    }

    public Webhook New(string id) => new() { Id = id, Secret = NewSecret(), CreatedAt = clock.GetUtcNow() };

    public static string NewSecret() => WebhookSecret.Of(RandomNumberGenerator.GetBytes(WebhookSecret.Bytes));

    internal static string KeyOf(string id) => TableKey.Escape(id.ToLowerInvariant());

    private sealed record Snapshot(DateTimeOffset At, ImmutableArray<Webhook> Webhooks);
}

/// <summary>One page of webhooks.</summary>
public sealed record WebhookPage(ImmutableArray<Webhook> Webhooks, string? Continuation);
