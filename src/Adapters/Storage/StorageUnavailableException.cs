namespace ComfyFunc.Adapters.Storage;

/// <summary>Storage gave no answer, or said that it cannot serve now, until the retries were used up. Trying later may work.</summary>
public class StorageUnavailableException : Exception
{
    public StorageUnavailableException()
        : this("Storage is unavailable.") { }

    public StorageUnavailableException(string message)
        : base(message) { }

    public StorageUnavailableException(string message, Exception? innerException)
        : base(message, innerException) { }
}
