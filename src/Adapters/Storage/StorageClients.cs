using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace ComfyFunc.Adapters.Storage;

/// <summary>The service clients, each with the same patience, meter and conversion of failures.</summary>
internal sealed class StorageClients
{
    private readonly Patience patience;
    private readonly Outage blobOutage;

    /// <param name="identity">Who asks where the options have no key; <see langword="null"/> for the process's own identity.</param>
    public StorageClients(StorageOptions options, StorageMeter meter, Patience patience, HttpPipelineTransport? transport = null,
        TokenCredential? identity = null)
    {
        this.patience = patience;
        blobOutage = new(patience.Clock, meter);
        var blobs = Configure(new BlobClientOptions(), meter, "blob", transport, blobOutage);
        var tables = Configure(new TableClientOptions(), meter, "table", transport, new(patience.Clock, meter));
        if (options.ConnectionString is { Length: > 0 } connection)
        {
            Blobs = new(connection, blobs);
            Tables = new(connection, tables);
            return;
        }

        identity = new PatientCredential(identity
            ?? new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.ManagedIdentityClientId }),
            patience);
        Blobs = new(options.BlobServiceUri ?? new Uri($"https://{options.AccountName}.blob.{options.EndpointSuffix}"), identity, blobs);
        Tables = new(options.TableServiceUri ?? new Uri($"https://{options.AccountName}.table.{options.EndpointSuffix}"), identity, tables);
    }

    public BlobServiceClient Blobs { get; }

    public TableServiceClient Tables { get; }

    /// <summary>The files of one container.</summary>
    public AzureBlobStore BlobsOf(string container) => new(Blobs.GetBlobContainerClient(container), patience, blobOutage);

    private TOptions Configure<TOptions>(TOptions options, StorageMeter meter, string service, HttpPipelineTransport? transport,
        Outage outage)
        where TOptions : ClientOptions
    {
        options.RetryPolicy = new BoundedRetries(patience);
        options.Diagnostics.ApplicationId = Product.UserAgent;
        options.AddPolicy(new UnavailablePolicy(patience, outage, meter), HttpPipelinePosition.PerCall);
        options.AddPolicy(meter.Policy(service), HttpPipelinePosition.PerRetry);
        options.AddPolicy(new BoundedAnswer(patience), HttpPipelinePosition.BeforeTransport);
        if (transport is not null)
        {
            options.Transport = transport;
        }

        return options;
    }
}
