namespace ComfyFunc.Adapters.Storage;

/// <summary>A table of JSON documents, each guarded by its ETag. Every call may throw <see cref="StorageUnavailableException"/>.</summary>
public interface IDocumentTable
{
    /// <returns><see cref="WriteReply.Written"/> or <see cref="WriteReply.Exists"/>.</returns>
    Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken);

    /// <summary>
    /// Writes over the version that <see cref="Document.ETag"/> names, whole: columns that the new document lacks are gone.
    /// </summary>
    /// <returns><see cref="WriteReply.Written"/>, <see cref="WriteReply.Conflict"/> or <see cref="WriteReply.Missing"/>.</returns>
    Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken);

    /// <summary>Writes whatever is there; the last writer wins.</summary>
    Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken);

    Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken);

    IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, CancellationToken cancellationToken);

    /// <exception cref="ArgumentException"><paramref name="continuation"/> is none that a page gave:
    /// <see cref="DocumentPage.Gives"/>.</exception>
    Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken);

    /// <param name="etag"><see langword="null"/> deletes any version, at the price of one read before it.</param>
    /// <returns><see langword="false"/> when the document is gone already, or is of another version.</returns>
    Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken);
}

/// <summary>Finds tables by the names that the application knows them by.</summary>
public interface IDocumentTables
{
    /// <param name="name">Letters and digits, such as <c>runs</c>.</param>
    IDocumentTable this[string name] { get; }

    /// <summary>Whether other processes may read and write them too.</summary>
    bool AreShared { get; }

    /// <summary>What this thread writes until the answer is disposed of goes to storage together.</summary>
    /// <returns><see langword="null"/> where storage takes each by itself.</returns>
    IDisposable? Gather() => null;

    /// <summary>Creates what is not there yet. Everything else expects the tables to exist.</summary>
    Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken);
}
