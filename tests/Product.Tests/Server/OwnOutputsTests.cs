using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Startup;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SkiaSharp;

namespace ComfyFunc.Tests.Server;

public sealed class OwnOutputsTests : IAsyncLifetime
{
    private const string Unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    private readonly ServiceProvider services = new ServiceCollection().AddMemoryStorage().BuildServiceProvider();
    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<string, string> links = [];
    private RunId run;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IBlobStore Blobs => services.GetRequiredService<IBlobStore>();

    private RunStore Runs => SomeRun.StoreIn(services.GetRequiredService<IDocumentTables>());

    public async ValueTask InitializeAsync()
    {
        await services.GetRequiredService<IDocumentTables>().EnsureCreatedAsync(StoragePreparation.Tables, Cancellation);
        run = RunIds.New(clock);
        await Blobs.PutBytesAsync($"runs/{run}/outputs/1/57%3A3/0", Png(40, 20), "image/png", Cancellation);
        await Blobs.PutBytesAsync($"runs/{run}/renditions/small", Png(4, 2), "image/webp", Cancellation);
        await Blobs.PutBytesAsync($"runs/{run}/values.json", "{}"u8.ToArray(), "application/json", Cancellation);
        RunArtifact[] artifacts =
        [
            new() { Tag = "a/b c", Type = "image", Name = "a.png", ContentType = "image/png", Bytes = Png(40, 20).Length, Width = 40,
                Height = 20, Blob = $"runs/{run}/outputs/1/57%3A3/0" },
            new() { Tag = "a/b c", Type = "image", Name = "b.png", Blob = $"runs/{run}/outputs/1/57%3A3/1" },
            new() { Tag = "words", Type = "text", Text = "words" },
        ];
        await Runs.InsertAsync(
            new RunRecord
            {
                Id = run,
                Workflow = "w",
                Version = 1,
                Content = "c",
                Catalog = "k",
                Client = "one",
                CreatedAt = clock.GetUtcNow(),
                Artifacts = [.. artifacts],
                State = RunProcess.Initial,
                Limits = new() { StartBy = clock.GetUtcNow(), FinishBy = clock.GetUtcNow() },
            },
            Cancellation);
        foreach (var blob in new[] { "outputs/1/57%3A3/0", "renditions/small", "values.json", "inputs/0", "renditions/../values.json" })
        {
            links[blob] = (await services.GetRequiredService<StorageLinks>().Minter
                .MintAsync($"runs/{run}/{blob}", "a.png", "image/png", clock.GetUtcNow(), Cancellation)).AbsoluteUri;
        }
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Theory]
    [InlineData("run:RUN/a/b c/0", 40)]
    [InlineData("run:RUN/A/B C/0", 40)]
    [InlineData("run:RUN/a%2Fb%20c/0", 40)]
    [InlineData("/api/runs/RUN/outputs/a%2Fb%20c/0", 40)]
    [InlineData("/api/runs/RUN/outputs/a%2Fb%20c/0?format=webp&width=10&height=10", 10)]
    [InlineData("http://app.example:7071/base/api/runs/RUN/outputs/a%2Fb%20c/0", 40)]
    [InlineData("/api/links/runs/RUN/outputs/a%2Fb%20c/0?format=webp&width=10&height=10&expires=1&sig=x", 10)]
    [InlineData("outputs/1/57%3A3/0", 40)]
    [InlineData("renditions/small", 4)]
    public async Task An_output_is_opened_by_its_name_and_by_every_link_to_it(string text, int width)
    {
        var opened = Assert.IsType<OwnOutputReply.Opened>(await OpenAsync(text, Mine));
        await using var content = opened.Content;
        using var picture = SKBitmap.Decode(content);

        Assert.Equal(width, picture.Width);
        Assert.StartsWith("image/", opened.ContentType, StringComparison.Ordinal);
        Assert.IsType<OwnOutputReply.Opened>(await OpenAsync(text, Mine with { Client = "", SeesAll = true }));
    }

    [Theory]
    [InlineData("run:RUN/a/b c/1")]
    [InlineData("run:RUN/a/b c/2")]
    [InlineData("run:RUN/nothing/0")]
    [InlineData($"run:{Unknown}/a/b c/0")]
    [InlineData("values.json")]
    [InlineData("inputs/0")]
    [InlineData("renditions/../values.json")]
    [InlineData("https://storage.invalid/uploads/20260501/_/01ARZ3NDEKTSV4RRFFQ69G5FAV")]
    public async Task What_is_not_there_and_what_is_another_client_s_are_refused_alike(string text)
    {
        var foreign = Assert.IsType<OwnOutputReply.Refused>(await OpenAsync("run:RUN/a/b c/0", Mine with { Client = "two" }));
        var foreignLink = Assert.IsType<OwnOutputReply.Refused>(await OpenAsync("outputs/1/57%3A3/0", Mine with { Client = "two" }));
        var missing = Assert.IsType<OwnOutputReply.Refused>(await OpenAsync(text, Mine));

        Assert.Equal((foreign, foreign), (foreignLink, missing));
    }

    [Theory]
    [InlineData("run:RUN/words/0", "text")]
    [InlineData("/api/runs/RUN/outputs/a%2Fb%20c/0?width=wide", "width")]
    public async Task What_is_there_and_cannot_be_a_file_is_said(string text, string words) =>
        Assert.Contains(words, Assert.IsType<OwnOutputReply.Refused>(await OpenAsync(text, Mine)).Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://other.example/base/api/runs/RUN/outputs/a%2Fb%20c/0")]
    [InlineData("http://app.example:7072/base/api/runs/RUN/outputs/a%2Fb%20c/0")]
    [InlineData("http://app.example:7071/api/runs/RUN/outputs/a%2Fb%20c/0")]
    [InlineData("http://app.example:7071/base/api/health")]
    public async Task Any_other_link_is_left_to_be_fetched(string text) => Assert.Null(await OpenAsync(text, Mine));

    [Theory]
    [InlineData("https://app.example/api/runs/RUN/outputs/x/0", "app.example", true)]
    [InlineData("http://APP.example:80/api/runs/RUN/outputs/x/0", "app.example", true)]
    [InlineData("https://app.example/api/runs/RUN/outputs/x/0", "app.example:443", true)]
    [InlineData("https://app.example/api/runs/RUN/outputs/x/0", "app.example:7071", false)]
    [InlineData("http://[::1]:7071/api/runs/RUN/outputs/x/0", "[::1]:7071", true)]
    [InlineData("https://app.example/api/runs/RUN/outputs/x/0", "", false)]
    public void A_link_is_this_server_s_own_where_its_caller_reached_it(string url, string server, bool isOwn) =>
        Assert.Equal(isOwn, OwnLinks.Read(new(url.Replace("RUN", Unknown, StringComparison.Ordinal)), server) is not null);

    private static Call Mine => new("w") { Client = "one", Server = "app.example:7071/base" };

    private Task<OwnOutputReply?> OpenAsync(string text, Call call)
    {
        text = links.GetValueOrDefault(text, text).Replace("RUN", run.Value, StringComparison.Ordinal);
        FileSource source = OutputLink.Read(text) ?? (FileSource)new FileSource.Url(new(text));
        return new OwnOutputs(Runs, Blobs, services.GetRequiredService<StorageLinks>().Minter, new Renditions(Blobs)).OpenAsync(source,
            call, Cancellation);
    }

    private static byte[] Png(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
