using System.Net.Sockets;
using System.Text;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Server;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>The application on a port, over an embedded store in a folder of its own: what its links lead to, and its log.</summary>
internal sealed class ServedRig : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private readonly EmbeddedStore store;
    private readonly WebApplication app;

    private ServedRig(DirectoryInfo folder, EmbeddedStore store, WebApplication app) =>
        (this.folder, this.store, this.app) = (folder, store, app);

    public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public FakeLogCollector Log => app.Services.GetFakeLogCollector();

    public IBlobStore Blobs => store.Blobs;

    /// <summary>The files of its store, those that are being written too.</summary>
    public IEnumerable<string> Files => folder.EnumerateFiles("*", SearchOption.AllDirectories)
        .Select(f => f.FullName).Where(f => f.Contains("/files/", StringComparison.Ordinal));

    public static async Task<ServedRig> StartAsync(ComfyFuncOptions? options = null, TimeProvider? clock = null)
    {
        var folder = Directory.CreateTempSubdirectory("served-");
        var store = await EmbeddedStore.OpenAsync(new(folder.FullName), TestContext.Current.CancellationToken);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders().AddFakeLogging().SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(clock ?? TimeProvider.System).AddSingleton<IRunDriver>(new NoDriver())
            .AddSingleton(options ?? new()).AddStorage(store).AddComfyFunc(new ConfigurationBuilder().Build());
        var app = builder.Build();
        app.MapComfyFunc();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(folder, store, app);
    }

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>A link to a file that is stored for it.</summary>
    public async Task<Uri> FileAsync(byte[] content, string fileName = "a.bin", string contentType = "application/octet-stream",
        string blob = "runs/1/outputs/1/1/0")
    {
        await store.Blobs.PutBytesAsync(blob, content, contentType, TestContext.Current.CancellationToken);
        return Here(await Get<ServedLinks>().MintAsync(blob, fileName, contentType, Get<TimeProvider>().GetUtcNow().AddHours(1),
            TestContext.Current.CancellationToken));
    }

    /// <summary>A link that takes a file.</summary>
    public async Task<Uri> UploadAsync(string blob) => Here(await Get<ServedLinks>()
        .MintUploadAsync(blob, Get<TimeProvider>().GetUtcNow().AddHours(1), TestContext.Current.CancellationToken));

    public async Task<HttpResponseMessage> SendAsync(HttpMethod verb, Uri url, HttpContent? content = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(verb, url) { Content = content };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value)
                || content!.Headers.TryAddWithoutValidation(name, value));
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>What is answered to exactly these bytes, which ask for the connection to end; nothing where it is hung up.</summary>
    public async Task<string> SayAsync(string bytes, bool hangsUp = false)
    {
        using var socket = new TcpClient("127.0.0.1", new Uri(app.Urls.Single()).Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), TestContext.Current.CancellationToken);
        if (hangsUp)
        {
            socket.Client.LingerState = new(enable: true, seconds: 0);
            return "";
        }

        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        store.Dispose();
        folder.Delete(recursive: true);
    }

    // Whatever name it has for the server: a link that nobody asked for has the usual port.
    private Uri Here(Uri link) => new(new Uri(app.Urls.Single()), link.PathAndQuery);
}
