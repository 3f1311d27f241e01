namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>Another process owns the data folder.</summary>
public sealed class FolderInUseException : IOException
{
    public FolderInUseException()
        : this("Another process uses the folder.") { }

    public FolderInUseException(string message)
        : base(message) { }

    public FolderInUseException(string message, Exception? innerException)
        : base(message, innerException) { }
}
