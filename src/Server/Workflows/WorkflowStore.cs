using System.Text.Json;
using BitFaster.Caching.Lru;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// The Workflows table and the blobs behind it. Versions never change, so those in use are kept at hand, ready to compile.
/// </summary>
public sealed class WorkflowStore(IDocumentTables tables, IBlobStore blobs)
{
    internal const string Catalogs = "catalogs/";
    private const string Partition = "workflow";
    private const int MostKept = 500;
    private const int LargestBlob = 256 << 20;

    private readonly IDocumentTable table = tables["workflows"];
    private readonly ConcurrentLru<(string Content, string Catalog), Workflow> kept = new(MostKept);

    // A row names all its versions, of which there may be thousands: one that is the same is not read through again.
    private readonly ConcurrentLru<string, WorkflowRow> rows = new(MostKept);

    /// <summary>The row of a name in any case, deleted or not.</summary>
    public async Task<WorkflowRow?> FindAsync(string name, CancellationToken cancellationToken) =>
        SafeName.IsValid(name) && await table.FindAsync(Partition, KeyOf(name), cancellationToken) is { } document
        ? FromDocument(document) : null;

    public async Task<WorkflowListing> PageAsync(int size, string? continuation, CancellationToken cancellationToken)
    {
        var (shown, next) = await table.PageOfShownAsync(new DocumentQuery { Partition = Partition, PageSize = size }, continuation,
            page => ValueTask.FromResult(page.Select(FromDocument).Where(r => r.DeletedAt is null)), cancellationToken);
        return new(shown, next);
    }

    /// <summary>Changes a workflow's row, or makes it, over whatever others write meanwhile.</summary>
    /// <param name="change">Answers the row to write, or none, and what is said of it.</param>
    /// <exception cref="RowContendedException">Others were faster, again and again.</exception>
    public async Task<(WorkflowRow? Written, T Reply)> ChangeAsync<T>(string name,
        Func<WorkflowRow?, Task<(WorkflowRow? Row, T Reply)>> change, CancellationToken cancellationToken)
    {
        var tries = new WriteTries($"the workflow '{name}'");
        while (true)
        {
            var (row, reply) = await change(await FindAsync(name, cancellationToken));
            if (row is null || await TryWriteAsync(row, cancellationToken))
            {
                return (row, reply);
            }

            tries.Lost();
        }
    }

    /// <summary>Writes the row over the version that was read, or as a new one.</summary>
    /// <returns><see langword="false"/> when somebody else was faster.</returns>
    public async Task<bool> TryWriteAsync(WorkflowRow row, CancellationToken cancellationToken)
    {
        var document = new Document(Partition, KeyOf(row.Name), StoredJson.Write(row)) { ETag = row.RowETag };
        var reply = row.RowETag.Length == 0 ? await table.InsertAsync(document, cancellationToken)
            : await table.ReplaceAsync(document, cancellationToken);
        return reply is WriteReply.Written;
    }

    /// <summary>Stores what a version is made of, under names that its content gives: writing it twice changes nothing.</summary>
    public async Task KeepAsync(Workflow workflow, NodeCatalog catalog, CancellationToken cancellationToken)
    {
        await blobs.PutBytesAsync(PromptBlob(workflow.ContentHash), workflow.PromptJson, "application/json", cancellationToken);
        await KeepAsync(catalog, cancellationToken);
        kept.AddOrUpdate((workflow.ContentHash, catalog.Hash), workflow);
    }

    /// <summary>Stores the graph that a version is saved with.</summary>
    public Task KeepAsync(KeptGraph graph, CancellationToken cancellationToken) =>
        blobs.PutBytesAsync(GraphBlob(graph.Hash), graph.Json, "application/json", cancellationToken);

    /// <summary>Stores a catalog, anew where it is stored already.</summary>
    public Task KeepAsync(NodeCatalog catalog, CancellationToken cancellationToken) =>
        blobs.PutBytesAsync(CatalogBlob(catalog.Hash), catalog.ToJson(), "application/json", cancellationToken);

    /// <summary>A catalog that was stored with a version.</summary>
    public async Task<NodeCatalog> CatalogAsync(string hash, CancellationToken cancellationToken) =>
        NodeCatalog.Read(await ReadAsync(CatalogBlob(hash), cancellationToken));

    /// <summary>The hashes of the catalogs that versions name, those of deleted workflows too.</summary>
    public async Task<HashSet<string>> CatalogsAsync(CancellationToken cancellationToken)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var document in table.QueryAsync(
            new DocumentQuery { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            named.UnionWith(StoredJson.Read<WorkflowRow>(document.Json).Versions.Select(v => v.Catalog));
        }

        return named;
    }

    /// <summary>The graph that a version was saved with; <see langword="null"/> where it came as a prompt alone.</summary>
    public async Task<JsonElement?> GraphAsync(WorkflowVersion version, CancellationToken cancellationToken) =>
        version.Graph is { } hash ? JsonElement.Parse(await ReadAsync(GraphBlob(hash), cancellationToken)) : null;

    public Task<Workflow> LoadAsync(WorkflowVersion version, CancellationToken cancellationToken) =>
        LoadAsync(version.Content, version.Catalog, cancellationToken);

    public async Task<Workflow> LoadAsync(string content, string catalogHash, CancellationToken cancellationToken)
    {
        if (kept.TryGet((content, catalogHash), out var workflow))
        {
            return workflow;
        }

        var prompt = JsonElement.Parse(await ReadAsync(PromptBlob(content), cancellationToken));
        workflow = Workflow.Load(prompt, await CatalogAsync(catalogHash, cancellationToken));
        kept.AddOrUpdate((content, catalogHash), workflow);
        return workflow;
    }

    private async Task<byte[]> ReadAsync(string blob, CancellationToken cancellationToken) =>
        await blobs.ReadBytesAsync(blob, LargestBlob, cancellationToken) ?? throw new InvalidDataException($"The blob {blob} is gone.");

    private WorkflowRow FromDocument(Document document)
    {
        if (rows.TryGet(document.Row, out var known) && known.RowETag == document.ETag)
        {
            return known;
        }

        var row = StoredJson.Read<WorkflowRow>(document.Json) with { RowETag = document.ETag };
        rows.AddOrUpdate(document.Row, row);
        return row;
    }

    private static string KeyOf(string name) => TableKey.Escape(name.ToLowerInvariant());

    private static string PromptBlob(string hash) => $"prompts/{hash}.json";

    private static string GraphBlob(string hash) => $"graphs/{hash}.json";

    /// <summary>The blob with a catalog.</summary>
    internal static string CatalogBlob(string hash) => $"{Catalogs}{hash}.json";
}

/// <summary>One page of workflows, by name.</summary>
public sealed record WorkflowListing(IReadOnlyList<WorkflowRow> Workflows, string? Continuation);
