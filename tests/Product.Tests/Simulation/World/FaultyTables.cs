using System.Runtime.CompilerServices;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Simulation;

/// <summary>
/// The shared tables as one process reaches them: after a while, and now and then not at all, or without learning that it was done.
/// </summary>
internal sealed class FaultyTables(SimWorld world) : IDocumentTables
{
    public IDocumentTable this[string name] => new FaultyTable(world, name);

    public bool AreShared => true;

    public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken) => Task.CompletedTask;
}

internal sealed class FaultyTable(SimWorld world, string name) : IDocumentTable
{
    private readonly IDocumentTable inner = world.Tables[name];

    public Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken) =>
        WriteAsync(document, () => inner.InsertAsync(document, cancellationToken));

    public Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken) =>
        WriteAsync(document, () => inner.ReplaceAsync(document, cancellationToken));

    public Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken) =>
        WriteAsync(document, () => inner.UpsertAsync(document, cancellationToken));

    public async Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken)
    {
        await ArriveAsync();
        return await inner.FindAsync(partition, row, cancellationToken);
    }

    public async IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ArriveAsync();
        await foreach (var document in inner.QueryAsync(query, cancellationToken))
        {
            yield return document;
        }
    }

    public async Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken)
    {
        await ArriveAsync();
        return await inner.PageAsync(query, continuation, cancellationToken);
    }

    public async Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken)
    {
        await ArriveAsync();
        var isDeleted = await inner.DeleteAsync(partition, row, etag, cancellationToken);
        Answer();
        return isDeleted;
    }

    private async Task<WriteReply> WriteAsync(Document document, Func<Task<WriteReply>> write)
    {
        await ArriveAsync();
        var reply = await write();
        if (reply is WriteReply.Written)
        {
            world.Laws.Written(name, document);
        }

        Answer();
        return reply;
    }

    private async Task ArriveAsync()
    {
        await Task.Delay(TimeSpan.FromMilliseconds(world.Random.Next(1, 30)), world.Time);
        Answer();
    }

    // A 503 may come before the work or after it.
    private void Answer()
    {
        if (world.Random.NextDouble() < world.StorageFaults)
        {
            throw new StorageUnavailableException("The storage account is busy.", new InvalidOperationException("503"));
        }
    }
}
