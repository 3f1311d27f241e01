using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>A web server on loopback that answers every GET with one file.</summary>
internal sealed class FileServer(WebApplication app) : IAsyncDisposable
{
    public Uri Url => new(app.Urls.First() + "/");

    public static async Task<FileServer> StartAsync(byte[] file)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("{*path}", () => Results.Bytes(file, "image/png"));
        await app.StartAsync();
        return new(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
