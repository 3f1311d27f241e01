using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Webhooks;

/// <summary>
/// Deliveries that are still to be made, and the log of all. An event is written here before the run's row says that it happened, so that a
/// crash between loses nothing; whoever sends it looks at the row first.
/// </summary>
public sealed class Outbox(IDocumentTables tables, WebhookStore webhooks, EventGridPublisher grid, OutboxBell bell, TimeProvider clock)
    : IRunObserver
{
    private const string Partition = "open";

    // Until then the run's row has been written, in all but the rarest cases.
    private static readonly TimeSpan Head = TimeSpan.FromSeconds(5);

    // While receivers are away there may be very many: then one page of them is looked at each time, and that so often at most.
    private static readonly TimeSpan PageInterval = TimeSpan.FromSeconds(4);

    private const int ReadsAtOnce = 16;

    private readonly IDocumentTable open = tables["outbox"];
    private readonly IDocumentTable log = tables["deliveries"];
    private readonly IDocumentTable ofWebhooks = tables["webhookdeliveries"];
    private string? from;
    private bool isLong;
    private DateTimeOffset lookedAt;

    /// <summary>Whether nothing was to be sent, now or later, when it was last looked at.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Writes down whom to tell.</summary>
    /// <returns>Whether there is anybody.</returns>
    public async Task<bool> HappeningAsync(RunRecord run, RunMoment moment, CancellationToken cancellationToken)
    {
        var @event = moment is RunMoment.Started ? WebhookEvents.Started : WebhookNames.Of(run.Status);
        var deliveries = await DeliveriesAsync(run, @event, cancellationToken);
        foreach (var delivery in deliveries)
        {
            await open.UpsertAsync(ToOpen(delivery), cancellationToken);
            await ofWebhooks.UpsertAsync(new(WebhookStore.KeyOf(delivery.Webhook), RowOf(delivery), StoredJson.Write(run.Id)),
                cancellationToken);
            await LogAsync(delivery, cancellationToken);
        }

        return !deliveries.IsEmpty;
    }

    /// <summary>The row is written: what was added may go.</summary>
    public void Happened(RunRecord run) => bell.Ring(run.Id);

    /// <summary>
    /// Takes the deliveries that are due, or are of runs that were just heard of, so that no other process sends them for a while. Of more
    /// than fit a page, those of the next page. Not for two at once.
    /// </summary>
    public async Task<ImmutableArray<OpenDelivery>> TakeAsync(IReadOnlySet<RunId> now, TimeSpan hold, CancellationToken cancellationToken)
    {
        var taken = ImmutableArray.CreateBuilder<OpenDelivery>();
        foreach (var document in await CandidatesAsync(now, cancellationToken))
        {
            var delivery = StoredJson.Read<Delivery>(document.Json);
            if (delivery.DueAt > clock.GetUtcNow() && !(delivery.Attempts.IsEmpty && now.Contains(delivery.Run)))
            {
                continue;
            }

            if (await open.ReplaceAsync(ToOpen(delivery with { DueAt = clock.GetUtcNow() + hold }) with { ETag = document.ETag },
                cancellationToken) is WriteReply.Written written)
            {
                taken.Add(new(delivery, written.ETag));
            }
        }

        return taken.ToImmutable();
    }

    private async Task<IEnumerable<Document>> CandidatesAsync(IReadOnlySet<RunId> now, CancellationToken cancellationToken)
    {
        var candidates = new Dictionary<string, Document>(StringComparer.Ordinal);
        if (!isLong || clock.GetUtcNow() - lookedAt >= PageInterval)
        {
            lookedAt = clock.GetUtcNow();
            foreach (var document in await NextPageAsync(cancellationToken))
            {
                candidates[document.Row] = document;
            }
        }

        // Else they are among those of the page.
        foreach (var run in isLong ? now : ImmutableHashSet<RunId>.Empty)
        {
            foreach (var delivery in await OfAsync(run, cancellationToken))
            {
                if (!candidates.ContainsKey(delivery.Id) && await open.FindAsync(Partition, delivery.Id, cancellationToken) is { } document)
                {
                    candidates[document.Row] = document;
                }
            }
        }

        return candidates.Values;
    }

    private async Task<ImmutableArray<Document>> NextPageAsync(CancellationToken cancellationToken)
    {
        var query = new DocumentQuery { Partition = Partition, RowFrom = from, PageSize = DocumentQuery.LargestPage };
        var page = await open.PageAsync(query, null, cancellationToken);
        while (page is { Documents.IsEmpty: true, Continuation: { } continuation })
        {
            page = await open.PageAsync(query, continuation, cancellationToken);
        }

        isLong = from is not null || page.Continuation is not null;
        IsEmpty = !isLong && page.Documents.IsEmpty;
        from = page.Continuation is null ? null : $"{page.Documents[^1].Row}0"; // What follows it.
        return page.Documents;
    }

    /// <summary>Writes down where a delivery stands; what is no longer pending leaves the outbox.</summary>
    public async Task PutBackAsync(OpenDelivery taken, Delivery now, CancellationToken cancellationToken)
    {
        await LogAsync(now, cancellationToken);
        if (now.State is DeliveryState.Pending)
        {
            await open.ReplaceAsync(ToOpen(now) with { ETag = taken.ETag }, cancellationToken);
        }
        else
        {
            await open.DeleteAsync(Partition, now.Id, taken.ETag, cancellationToken);
        }
    }

    /// <summary>What never happened is told nobody, and logged nowhere.</summary>
    public async Task ForgetAsync(OpenDelivery taken, CancellationToken cancellationToken)
    {
        await open.DeleteAsync(Partition, taken.Delivery.Id, taken.ETag, cancellationToken);
        await ofWebhooks.DeleteAsync(WebhookStore.KeyOf(taken.Delivery.Webhook), RowOf(taken.Delivery), etag: null, cancellationToken);
        await log.DeleteAsync(taken.Delivery.Run.Value, taken.Delivery.Id, etag: null, cancellationToken);
    }

    public async Task<ImmutableArray<Delivery>> OfAsync(RunId run, CancellationToken cancellationToken)
    {
        var deliveries = ImmutableArray.CreateBuilder<Delivery>();
        await foreach (var document in log.QueryAsync(new DocumentQuery { Partition = run.Value }, cancellationToken))
        {
            deliveries.Add(StoredJson.Read<Delivery>(document.Json));
        }

        deliveries.Sort((a, b) => a.CreatedAt.CompareTo(b.CreatedAt));
        return deliveries.ToImmutable();
    }

    public async Task<Delivery?> FindAsync(RunId run, string id, CancellationToken cancellationToken) =>
        await log.FindAsync(run.Value, id, cancellationToken) is { } document ? StoredJson.Read<Delivery>(document.Json) : null;

    /// <summary>What a webhook was told, or is to be told, by pages; those of the newest runs first.</summary>
    /// <param name="continuation">One that a page gave.</param>
    public Task<(ImmutableArray<Delivery> Deliveries, string? Continuation)> OfWebhookAsync(string webhook, int most,
        string? continuation, CancellationToken cancellationToken) =>
        ofWebhooks.PageOfShownAsync(new DocumentQuery { Partition = WebhookStore.KeyOf(webhook), PageSize = most }, continuation,
            async page =>
            {
                var found = new Delivery?[page.Length];
                await FewAtOnce.ForEachAsync(page.Index(), ReadsAtOnce, async indexed => found[indexed.Index] =
                    await FindAsync(StoredJson.Read<RunId>(indexed.Item.Json), IdIn(indexed.Item.Row), cancellationToken));
                return found.OfType<Delivery>();
            }, cancellationToken);

    /// <summary>Makes a delivery once more, whatever became of it before.</summary>
    public async Task<Delivery> OnceMoreAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var again = delivery with
        {
            State = DeliveryState.Pending,
            DueAt = clock.GetUtcNow(),
            FormerAttempts = delivery.Attempts.Length
        };
        await LogAsync(again, cancellationToken);
        await open.UpsertAsync(ToOpen(again), cancellationToken);
        bell.Ring(delivery.Run);
        return again;
    }

    public async Task RemovedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        foreach (var delivery in await OfAsync(run.Id, cancellationToken))
        {
            await open.DeleteAsync(Partition, delivery.Id, etag: null, cancellationToken);
            await ofWebhooks.DeleteAsync(WebhookStore.KeyOf(delivery.Webhook), RowOf(delivery), etag: null, cancellationToken);
            await log.DeleteAsync(run.Id.Value, delivery.Id, etag: null, cancellationToken);
        }
    }

    private async Task<ImmutableArray<Delivery>> DeliveriesAsync(RunRecord run, string @event, CancellationToken cancellationToken)
    {
        if (run.Demands?.Host is not null)
        {
            return []; // A warm-up is nobody's call.
        }

        var registered = (await webhooks.KnownAsync(cancellationToken)).Where(w => w.Wants(@event, run.Workflow))
            .Select(w => New(run, @event, w.Id, null));
        var ownWish = run.Webhook is { } own && WebhookEvents.Include(own.Events, @event)
            ? [New(run, @event, Webhook.DefaultOf(run.Client), own.Url)] : Array.Empty<Delivery>();
        return [.. registered, .. ownWish,
            .. grid.IsConfigured ? [New(run, @event, EventGridPublisher.Receiver, null)] : Array.Empty<Delivery>()];
    }

    private Delivery New(RunRecord run, string @event, string webhook, Uri? url)
    {
        var now = clock.GetUtcNow();
        var data = new JsonObject
        {
            ["id"] = run.Id.Value,
            ["workflow"] = run.Workflow,
            ["version"] = run.Version,
            ["status"] = RunResource.NameOf(run.Status),
            ["links"] = new JsonObject { ["self"] = Paths.Run(run.Id) },
        };
        if (run.Metadata is { } metadata)
        {
            data["metadata"] = JsonNode.Parse(metadata.GetRawText());
        }

        var body = new JsonObject { ["type"] = @event, ["timestamp"] = run.CompletedAt ?? run.StartedAt ?? now, ["data"] = data };
        return new()
        {
            Id = Delivery.IdOf(run.Id, @event, url?.AbsoluteUri ?? webhook),
            Run = run.Id,
            Webhook = webhook,
            Url = url,
            Event = @event,
            Body = body.ToJsonString(),
            CreatedAt = now,
            DueAt = now + Head,
        };
    }

    private Task<WriteReply> LogAsync(Delivery delivery, CancellationToken cancellationToken) =>
        log.UpsertAsync(new Document(delivery.Run.Value, delivery.Id, StoredJson.Write(delivery)), cancellationToken);

    // Newest runs first.
    private static string RowOf(Delivery delivery) => $"{RunKeys.Row(delivery.Run)}.{delivery.Id}";

    private static string IdIn(string row) => row[(row.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private static Document ToOpen(Delivery delivery) => new(Partition, delivery.Id, StoredJson.Write(delivery));
}

/// <summary>A delivery that this process has taken.</summary>
public sealed record OpenDelivery(Delivery Delivery, string ETag);
