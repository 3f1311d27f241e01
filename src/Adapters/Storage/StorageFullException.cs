namespace ComfyFunc.Adapters.Storage;

/// <summary>Storage answers, and has no room for what is to be written. Trying again helps once there is room.</summary>
public sealed class StorageFullException : StorageUnavailableException
{
    public StorageFullException()
        : this("Storage is full.") { }

    public StorageFullException(string message)
        : base(message) { }

    public StorageFullException(string message, Exception? innerException)
        : base(message, innerException) { }
}
