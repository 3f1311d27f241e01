namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// What a document's opaque ETag holds: the row's own ETag and the blob that its JSON overflowed into. Whoever replaces that version knows
/// which blob to drop.
/// </summary>
internal readonly record struct DocumentTag(string Row, string? Overflow)
{
    private const char Separator = '|';

    /// <summary>Refuses what names no version: Azure Tables takes a star for any.</summary>
    /// <exception cref="ArgumentException">It is empty, or a star.</exception>
    public static void Require(string etag)
    {
        ArgumentException.ThrowIfNullOrEmpty(etag);
        if (etag == "*")
        {
            throw new ArgumentException("A star names no version.", nameof(etag));
        }
    }

    public override string ToString() => Overflow is null ? Row : $"{Row}{Separator}{Overflow}";

    public static DocumentTag Parse(string etag) =>
        etag.LastIndexOf(Separator) is var at and >= 0 ? new(etag[..at], etag[(at + 1)..]) : new(etag, null);
}
