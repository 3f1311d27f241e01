namespace ComfyFunc.Adapters.Storage;

/// <summary>Storage has no room for what was to be written; nothing of it was. It works again once there is room.</summary>
public sealed class StorageFullException : StorageUnavailableException
{
    public StorageFullException()
        : this("Storage is full.") { }

    public StorageFullException(string message)
        : base(message) { }

    public StorageFullException(string message, Exception? innerException)
        : base(message, innerException) { }
}
