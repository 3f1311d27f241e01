using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Tests.Azurite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>Tables, blobs and links of an account whose keys nobody has: an identity's token opens it. On Azurite, over HTTPS.</summary>
public sealed class IdentityTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("identity-");
    private readonly HttpClientHandler trusting = new()
    {
        ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
    };

    private AzuriteProcess? azurite;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = new AzuriteOptions
        {
            DataFolder = folder.FullName,
            ToolFolder = TestFolders.Tools,
            InMemory = true,
            Certificate = Certify(),
        };
        azurite = await AzuriteProcess.StartAsync(options, NullLogger.Instance, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }

        trusting.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Tables_and_blobs_are_written_and_read_and_a_key_is_lent_that_signs_links()
    {
        await using var services = Services(new Identity("https://storage.azure.com"));
        var (tables, blobs) = (services.GetRequiredService<IDocumentTables>(), services.GetRequiredService<IBlobStore>());
        await blobs.EnsureCreatedAsync(Cancellation);
        await tables.EnsureCreatedAsync(["things"], Cancellation);
        await tables["things"].InsertAsync(new("p", "r", """{"a":1}"""), Cancellation);
        await blobs.PutBytesAsync("runs/1/out.txt", "hello"u8.ToArray(), "text/plain", Cancellation);
        var link = await services.GetRequiredService<StorageLinks>().Minter.MintAsync("runs/1/out.txt", "out.txt", "text/plain",
            DateTimeOffset.UtcNow.AddMinutes(5), Cancellation);

        // They were written.
        Assert.Equal("""{"a":1}""", (await tables["things"].FindAsync("p", "r", Cancellation))!.Json);
        Assert.Equal("hello", Encoding.UTF8.GetString((await blobs.ReadBytesAsync("runs/1/out.txt", 100, Cancellation))!));
        // By a key that is lent to the identity. Azurite knows signatures of older versions alone: it cannot say whether the link opens.
        Assert.Contains($"skoid={Identity.Object}&sktid={Identity.Tenant}", link.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_another_service_opens_nothing()
    {
        await using var services = Services(new Identity("https://vault.azure.net"));

        await Assert.ThrowsAnyAsync<Exception>(() => services.GetRequiredService<IBlobStore>().EnsureCreatedAsync(Cancellation));
        await Assert.ThrowsAnyAsync<Exception>(
            () => services.GetRequiredService<IDocumentTables>().EnsureCreatedAsync(["things"], Cancellation));
    }

    private ServiceProvider Services(TokenCredential identity)
    {
        // It runs.
        var options = new StorageOptions { BlobServiceUri = azurite!.BlobServiceUri, TableServiceUri = azurite.TableServiceUri };
        return new ServiceCollection()
            .AddSingleton(s => new StorageClients(options, s.GetRequiredService<StorageMeter>(), new(TimeProvider.System),
                new HttpClientTransport(trusting), identity))
            .AddStorage(options).BuildServiceProvider();
    }

    private PemFiles Certify()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        PemFiles files = new(Path.Combine(folder.FullName, "cert.pem"), Path.Combine(folder.FullName, "key.pem"));
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    /// <summary>Somebody with a token as Microsoft Entra ID gives it, but for who signed it.</summary>
    private sealed class Identity(string audience) : TokenCredential
    {
        public const string Object = "22222222-2222-2222-2222-222222222222";
        public const string Tenant = "11111111-1111-1111-1111-111111111111";

        private static readonly DateTimeOffset Until = DateTimeOffset.UtcNow.AddHours(1);

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new($"{Part(new() { ["alg"] = "RS256", ["typ"] = "JWT" })}.{Part(Claims())}.c2lnbmVk", Until);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));

        private JsonObject Claims() => new()
        {
            ["aud"] = audience,
            ["iss"] = $"https://sts.windows.net/{Tenant}/",
            ["iat"] = DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds(),
            ["nbf"] = DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds(),
            ["exp"] = Until.ToUnixTimeSeconds(),
            ["oid"] = Object,
            ["tid"] = Tenant,
        };

        private static string Part(JsonObject json) =>
            System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }
}
