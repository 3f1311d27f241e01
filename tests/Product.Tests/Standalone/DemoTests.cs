using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ComfyFunc.Tests.Standalone;

/// <summary>The demo where the server is not open on localhost.</summary>
public sealed class DemoTests(AzuriteFixture azurite) : IDisposable
{
    private const string Key = "0123456789012345678901234567";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_works_on_every_address_with_keys_none_of_which_is_an_admins()
    {
        var demo = await RunAsync("http://0.0.0.0:0", "Run");
        Assert.StartsWith("The demo starts the server and two simulated ComfyUI hosts, ", demo.Output, StringComparison.Ordinal);
        Assert.Contains("client 'demo'", demo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_works_over_https_with_the_key_of_an_admin()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "own.pfx"), certificate.Export(X509ContentType.Pfx, "word"),
            TestContext.Current.CancellationToken);

        var demo = await RunAsync("https://127.0.0.1:0", "Admin", "--Kestrel:Certificates:Default:Path", "own.pfx",
            "--Kestrel:Certificates:Default:Password", "word");
        Assert.Contains("client 'shop'", demo.Output, StringComparison.Ordinal);
    }

    private async Task<StandaloneRun> RunAsync(string urls, string role, params string[] more)
    {
        var storage = await azurite.NewStorageAsync();
        var demo = await StandaloneRun.StartAsync(folder.FullName, ["demo", "--once", "--urls", urls, .. more],
            new Dictionary<string, string>
            {
                ["Storage__ConnectionString"] = storage.ConnectionString!,
                ["Storage__Container"] = storage.Container,
                ["Storage__TablePrefix"] = storage.TablePrefix,
                ["ComfyFunc__Callers__0__Client"] = "shop",
                ["ComfyFunc__Callers__0__Key"] = Key,
                ["ComfyFunc__Callers__0__Role"] = role,
            });
        Assert.True(demo.ExitCode == 0, demo.Output + demo.Errors);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(folder.FullName, "out"), "*.png"));
        Assert.DoesNotContain(Key, demo.Output, StringComparison.Ordinal);
        return demo;
    }
}
