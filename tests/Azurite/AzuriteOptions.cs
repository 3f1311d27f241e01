namespace ComfyFunc.Tests.Azurite;

/// <summary>Where the storage emulator keeps its data and its program, and where it listens.</summary>
public sealed record AzuriteOptions
{
    /// <summary>Tables, blobs and queues; one process at a time.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The npm packages, installed on first use; any number of processes.</summary>
    public required string ToolFolder { get; init; }

    /// <summary>Keeps nothing: the data goes with the process.</summary>
    public bool InMemory { get; init; }

    /// <summary>
    /// Takes tokens of an identity too, over HTTPS with this certificate. It looks at what a token says, not at who signed it.
    /// </summary>
    public PemFiles? Certificate { get; init; }

    /// <summary>0 takes any free port.</summary>
    public int BlobPort { get; init; }

    /// <summary>0 takes any free port.</summary>
    public int QueuePort { get; init; }

    /// <summary>0 takes any free port.</summary>
    public int TablePort { get; init; }
}

/// <summary>A certificate and its private key.</summary>
public sealed record PemFiles(string Certificate, string Key);
