using System.IO.Compression;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Server;

/// <summary>Where each output lies in the file of them all.</summary>
public sealed class OutputBundleTests : IAsyncLifetime
{
    private readonly ServerRig rig = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Tags_that_come_to_one_name_have_a_folder_each()
    {
        Assert.Equal(
            [
                ("a_b-2/0-x.png", "1"), ("a_b-3/0-x.png", "2"), ("a_b/0-x.png", "0"), ("a_b/1-x.png", "4"), ("output/0-x.png", "3"),
            ],
            await PackedAsync(("a/b", "x.png"), ("a:b", "x.png"), ("a\\b", "x.png"), ("..", "x.png"), ("a/b", "x.png")));
        Assert.Equal([("a_b-2/0-x", "0"), ("a_b-3/0-x", "2"), ("a_b/0-x", "1")],
            await PackedAsync(("a_b-2", "x"), ("a/b", "x"), ("a:b", "x")));
    }

    [Fact]
    public async Task No_name_leads_out_of_its_folder()
    {
        Assert.Equal([("t/0-_.._etc_passwd", "0"), ("t/1-output", "1"), ("t/2-C__x", "2")],
            await PackedAsync(("t", "/../etc/passwd"), ("t", ".."), ("t", "C:\\x")));
    }

    [Fact]
    public async Task Its_files_are_read_for_as_long_as_they_flow_whatever_else_a_call_waits_for()
    {
        var blobs = new CountingBlobs(rig.Get<IBlobStore>());
        var run = SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), TimeProvider.System) with
        {
            Artifacts = [new() { Tag = "t", Type = "file", Name = "x", Blob = "outputs/x" }],
        };
        await blobs.PutBytesAsync("outputs/x", new byte[1], "x/y", Cancellation);
        using var call = CallPatience.Begin(TimeProvider.System);
        await new OutputBundle(blobs, rig.Get<Renditions>()).MakeAsync(run, null, Cancellation);

        Assert.Equal((1, null), (blobs.Reads, blobs.ReaderCall));
        Assert.Same(call, CallPatience.Current);
    }

    /// <returns>The entries of a run's file in order, each with its content: its place among the outputs.</returns>
    private async Task<(string Name, string Content)[]> PackedAsync(params (string Tag, string Name)[] outputs)
    {
        var run = SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), TimeProvider.System);
        run = run with
        {
            Artifacts = [.. outputs.Select((o, i) => new RunArtifact { Tag = o.Tag, Type = "file", Name = o.Name, Blob = $"outputs/{i}" })],
        };
        foreach (var (i, artifact) in run.Artifacts.Index())
        {
            await rig.Get<IBlobStore>().PutBytesAsync(artifact.Blob!, new[] { (byte)('0' + i) }, "x/y", Cancellation);
        }

        var bundle = await rig.Get<OutputBundle>().MakeAsync(run, null, Cancellation);
        await using var content = (await rig.Get<IBlobStore>().OpenReadAsync(bundle.Blob!, Cancellation))!; // It was made.
        await using var zip = new ZipArchive(content);
        return [.. zip.Entries.Select(e => (e.FullName, ContentOf(e))).OrderBy(e => e.FullName, StringComparer.Ordinal)];
    }

    private static string ContentOf(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        return reader.ReadToEnd();
    }
}
