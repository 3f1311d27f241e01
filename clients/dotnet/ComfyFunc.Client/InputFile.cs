namespace ComfyFunc.Client;

/// <summary>A file for a workflow, with a name. Streams, <see cref="FileInfo"/> and byte arrays may stand in values as they are.</summary>
public sealed class InputFile
{
    private readonly Func<Stream> source;
    private readonly bool isBorrowed;
    private long? start;
    private FileStream? spool;

    private InputFile(string? name, Func<Stream> source, bool isBorrowed = false) =>
        (Name, this.source, this.isBorrowed) = (name, source, isBorrowed);

    /// <summary>The name that the file has for the workflow.</summary>
    public string? Name { get; }

    /// <summary>The file at a path.</summary>
    public static InputFile FromPath(string path, string? name = null) => new(name ?? Path.GetFileName(path), () => File.OpenRead(path));

    /// <summary>A file that is in memory.</summary>
    public static InputFile FromBytes(byte[] content, string? name = null) => new(name, () => new MemoryStream(content, writable: false));

    /// <summary>What is left of a stream. The caller closes it.</summary>
    public static InputFile FromStream(Stream content, string? name = null) =>
        new(name ?? (content is FileStream file ? Path.GetFileName(file.Name) : null), () => content, isBorrowed: true);

    /// <summary>
    /// The content from its beginning, with a length: storage wants to know it beforehand, and a file may have to be sent twice.
    /// </summary>
    internal async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var content = spool ?? source();
        if (!isBorrowed)
        {
            return content;
        }

        if (!content.CanSeek)
        {
            content = spool = await SpoolAsync(content, cancellationToken);
        }

        content.Position = start ??= content.Position;
        return new BorrowedStream(content);
    }

    /// <summary>Gives up what the file was copied to.</summary>
    internal void Close()
    {
        spool?.Dispose();
    }

    private static async Task<FileStream> SpoolAsync(Stream content, CancellationToken cancellationToken)
    {
        var spooled = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous
            });
        await content.CopyToAsync(spooled, cancellationToken);
        spooled.Position = 0;
        return spooled;
    }
}
