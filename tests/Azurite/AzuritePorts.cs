namespace ComfyFunc.Tests.Azurite;

/// <summary>The ports on which a running emulator serves.</summary>
internal readonly record struct AzuritePorts(int Blob, int Queue, int Table)
{
    private const string Account = "devstoreaccount1";

    // The emulator's one key, published by Microsoft; it opens nothing but emulators.
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};" +
        $"BlobEndpoint={Endpoint(Blob)};QueueEndpoint={Endpoint(Queue)};TableEndpoint={Endpoint(Table)};";

    public static Uri SecureEndpoint(int port) => new($"https://127.0.0.1:{port}/{Account}");

    private static string Endpoint(int port) => $"http://127.0.0.1:{port}/{Account}";
}
