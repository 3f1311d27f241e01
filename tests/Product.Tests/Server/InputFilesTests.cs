using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;

namespace ComfyFunc.Tests.Server;

public sealed class InputFilesTests : IAsyncLifetime
{
    private readonly ServiceProvider services = new ServiceCollection().AddLogging().AddMemoryStorage()
        .AddSingleton(new ComfyFuncOptions { MaxInputPixels = 100 }).AddComfyFunc(new ConfigurationBuilder().Build())
        .BuildServiceProvider();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        await services.GetRequiredService<IDocumentTables>().EnsureCreatedAsync(StoragePreparation.Tables, Cancellation);

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Fact]
    public async Task An_output_becomes_a_file_of_the_new_run_under_the_rules_of_any_file()
    {
        var earlier = await RunAsync(Png(10, 10), Png(11, 10));
        var mine = new Call("w") { Client = "one" };
        var stored = Assert.IsType<FilesReply.Stored>(await StoreAsync(mine, new FileSource.RunOutput(earlier, "picture", 0)));
        var large = Assert.IsType<FilesReply.Refused>(await StoreAsync(mine, new FileSource.RunOutput(earlier, "picture", 1)));
        var foreign =
            Assert.IsType<FilesReply.Refused>(
                await StoreAsync(mine with { Client = "two" }, new FileSource.RunOutput(earlier, "picture", 0)));

        var file = Assert.Single(stored.Files);
        Assert.EndsWith(".png", file.HostName, StringComparison.Ordinal);
        Assert.StartsWith("comfyfunc/", file.HostName, StringComparison.Ordinal);
        Assert.Equal(Png(10, 10), await services.GetRequiredService<IBlobStore>().ReadBytesAsync(file.Blob, 10_000, Cancellation));
        Assert.Equal((FaultCode.InputTooLarge, "/in"), (Assert.Single(large.Faults).Code, large.Faults[0].Pointer));
        Assert.Equal((FaultCode.InvalidInput, "/in"), (Assert.Single(foreign.Faults).Code, foreign.Faults[0].Pointer));
    }

    [Fact]
    public async Task A_link_of_our_own_storage_is_never_fetched()
    {
        var earlier = await RunAsync(Png(10, 10));
        var link = await services.GetRequiredService<StorageLinks>().Minter
            .MintAsync($"runs/{earlier}/outputs/1/9/0", "a.png", "image/png", DateTimeOffset.UnixEpoch, Cancellation);

        Assert.IsType<FilesReply.Stored>(await StoreAsync(new Call("w") { Client = "one" }, new FileSource.Url(link)));
    }

    [Fact]
    public async Task A_video_without_a_name_is_staged_as_what_it_is()
    {
        var stored = Assert.IsType<FilesReply.Stored>(
            await StoreAsync(new Call("w"), new FileSource.Bytes("0000ftypisom and so on"u8.ToArray(), null), "video"));

        Assert.Equal("video/mp4", Assert.Single(stored.Files).ContentType);
        Assert.EndsWith(".mp4", stored.Files[0].HostName, StringComparison.Ordinal);
    }

    private Task<FilesReply> StoreAsync(Call call, FileSource source, string upload = "image") =>
        services.GetRequiredService<InputFiles>()
        .StoreAsync(RunIds.New(TimeProvider.System), call, [new(0, "/in", upload, source, null)], Cancellation);

    private async Task<RunId> RunAsync(params byte[][] pictures)
    {
        var (id, now) = (RunIds.New(TimeProvider.System), DateTimeOffset.UtcNow);
        var artifacts = ImmutableArray.CreateBuilder<RunArtifact>();
        foreach (var (i, picture) in pictures.Index())
        {
            await services.GetRequiredService<IBlobStore>().PutBytesAsync($"runs/{id}/outputs/1/9/{i}", picture, "image/png", Cancellation);
            artifacts.Add(new()
            {
                Tag = "picture",
                Type = "image",
                Name = $"{i}.png",
                ContentType = "image/png",
                Blob = $"runs/{id}/outputs/1/9/{i}"
            });
        }

        await services.GetRequiredService<RunStore>().InsertAsync(
            new RunRecord
            {
                Id = id,
                Workflow = "w",
                Version = 1,
                Content = "c",
                Catalog = "k",
                Client = "one",
                CreatedAt = now,
                Limits = new() { StartBy = now, FinishBy = now },
                State = RunProcess.Initial,
                Artifacts = artifacts.ToImmutable()
            },
            Cancellation);
        return id;
    }

    private static byte[] Png(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
