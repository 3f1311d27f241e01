using System.Net;
using System.Text;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class SasLinkTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly HttpClient anyone = new();
    private StorageServices? storage;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        storage = await StorageServices.Of(await azurite.NewStorageAsync()).CreatedAsync();
        await storage.Blobs.PutBytesAsync("runs/1/out put.png", "hello"u8.ToArray(), "text/html", Cancellation);
        await storage.Blobs.PutBytesAsync("runs/1/other.png", "secret"u8.ToArray(), "image/png", Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        anyone.Dispose();
        if (storage is not null)
        {
            await storage.DisposeAsync();
        }
    }

    [Fact]
    public async Task Anyone_downloads_the_file_under_its_name()
    {
        using var response = await anyone.GetAsync(await LinkAsync(TimeSpan.FromMinutes(5)), Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("hello", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("image/png", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("bild ü.png", response.Content.Headers.ContentDisposition?.FileNameStar);
    }

    [Fact]
    public async Task A_link_opens_nothing_after_its_time()
    {
        using var response = await anyone.GetAsync(await LinkAsync(TimeSpan.FromMinutes(-1)), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_link_opens_no_other_file()
    {
        var link = (await LinkAsync(TimeSpan.FromMinutes(5))).AbsoluteUri.Replace("out%20put.png", "other.png", StringComparison.Ordinal);
        Assert.Contains("other.png", link, StringComparison.Ordinal);
        using var response = await anyone.GetAsync(new Uri(link), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_link_only_reads(string verb)
    {
        using var request =
            new HttpRequestMessage(new(verb), await LinkAsync(TimeSpan.FromMinutes(5))) { Content = new StringContent("x", Encoding.UTF8) };
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var response = await anyone.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("runs/1/out put.png")]
    [InlineData("runs/1/outputs/57%3A3/ü+&#/0")]
    public async Task A_link_names_its_file_for_ever(string name)
    {
        var link = await storage!.Links.MintAsync(name, "a.png", "image/png", DateTimeOffset.UnixEpoch.AddDays(1), Cancellation);
        var upload = await storage.Links.MintUploadAsync(name, DateTimeOffset.UnixEpoch.AddDays(1), Cancellation);
        var memory = await StorageServices.InMemory().Links.MintAsync(name, "a.png", "image/png",
            DateTimeOffset.UnixEpoch.AddDays(1), Cancellation);

        Assert.Equal((name, name),
            (await storage.Links.NameOfAsync(link, Cancellation), await storage.Links.NameOfAsync(upload, Cancellation)));
        Assert.Equal(name, await new MemorySasMinter().NameOfAsync(memory, Cancellation));
        Assert.Null(await storage.Links.NameOfAsync(memory, Cancellation));
        var elsewhere = new Uri($"{link.GetLeftPart(UriPartial.Authority)}/devstoreaccount1/another/{name}");
        Assert.Null(await storage.Links.NameOfAsync(elsewhere, Cancellation));
    }

    // xunit initializes before it tests.
    private async Task<Uri> LinkAsync(TimeSpan lifetime) =>
        await storage!.Links.MintAsync("runs/1/out put.png", "../bild ü.png", "image/png",
            TimeProvider.System.GetUtcNow() + lifetime, Cancellation);
}
