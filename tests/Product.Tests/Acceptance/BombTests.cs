using System.Net;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Files and bodies that are small until somebody unpacks them: refused, with the memory that a call takes anyway.</summary>
[Collection(nameof(AppCollection))]
public class BombTests(AzuriteFixture azurite)
{
    private const long Most = 50 << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bomb_is_refused_and_costs_little_memory()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app =
            await AppProcess.StartAsync(azurite, new Dictionary<string, string> { ["ComfyFunc__AllowPrivateInputUrls"] = "true" });
        await using var web = await ServeAsync();
        await app.Http.AddHostAsync("a", host);
        await app.Http.SaveAsync("bombed", Prompts.Upload);

        foreach (var (name, body) in BombsAt(web.Urls.First()))
        {
            // What a call takes anyway is there before anything is measured: each is made twice.
            await RefusedAsync(app, name, body);
            var before = app.MemoryBytes;
            app.ForgetPeak();
            await RefusedAsync(app, name, body);
            Assert.True(app.PeakMemoryBytes - before < Most, $"{name} cost {app.PeakMemoryBytes - before} bytes.");
        }

        Assert.Empty(host.Stats.Submissions);
    }

    private static IEnumerable<(string Name, string Body)> BombsAt(string url)
    {
        foreach (var (name, file) in Bombs.Images)
        {
            yield return (name, $$$$"""{"input":{"image":"{{{{Convert.ToBase64String(file)}}}}"}}""");
            yield return ($"{name}, fetched", $$$$"""{"input":{"image":"{{{{url}}}}/{{{{Uri.EscapeDataString(name)}}}}"}}""");
        }

        // Unpacked only as far as the limit, on the way into storage.
        yield return ("gigabyte of gzip, fetched", $$$$"""{"input":{"image":"{{{{url}}}}/gzip"}}""");
        yield return ("deep JSON", Bombs.Json);
    }

    private static async Task RefusedAsync(AppProcess app, string name, string body)
    {
        using var answer = await app.Http.CallAsync("bombed", body);
        Assert.True(answer.StatusCode is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest, $"{name}: {answer.StatusCode}");
    }

    // Serves the bombs, and a gigabyte that gzip made small as the encoding of a picture.
    private static async Task<WebApplication> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/gzip", (HttpResponse response) =>
        {
            response.Headers.ContentEncoding = "gzip";
            return Results.Bytes(Bombs.Gzip, "image/png");
        });
        app.MapGet("/{name}", (string name) => Results.Bytes(Bombs.Images[name], "image/png"));
        await app.StartAsync(Cancellation);
        return app;
    }
}
