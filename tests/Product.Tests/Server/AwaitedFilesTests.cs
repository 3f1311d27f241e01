using System.Collections.Immutable;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Media;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Support;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Server;

/// <summary>Where the bytes come from that an answer carries.</summary>
public sealed class AwaitedFilesTests
{
    private static readonly byte[] Picture = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];

    private readonly CountingBlobs blobs = new(new MemoryBlobStore());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData(", return=minimal")]
    public async Task Who_waits_for_base64_has_it_from_what_was_just_copied(string preference)
    {
        await using var rig = await new ServerRig(blobs: blobs).StartedAsync();
        var (answer, run) = await WaitingAsync(rig, "?output=base64", preference);
        await EndAsync(rig, run, await CopyAsync(rig, run));
        var (status, body) = await answer;

        Assert.Equal(200, status);
        Assert.Contains(Convert.ToBase64String(Picture), body, StringComparison.Ordinal);
        Assert.Equal(0, blobs.Reads);
        Assert.Equal(0, rig.Get<AwaitedFiles>().Held);
        Assert.False(rig.Get<AwaitedFiles>().Has(run.Id));
    }

    [Fact]
    public async Task Who_comes_later_has_it_from_storage()
    {
        await using var rig = await new ServerRig(blobs: blobs).StartedAsync();
        var run = await OpenAsync(rig);
        var ended = await EndAsync(rig, run, await CopyAsync(rig, run));
        var outputs = await rig.Get<RunResource>().OutputsAsync(ended, new(ComfyFunc.Server.Settings.OutputForm.Base64), Cancellation);

        Assert.Equal(Convert.ToBase64String(Picture), (string?)outputs["t"]![0]!["base64"]);
        Assert.Equal(1, blobs.Reads);
    }

    [Fact]
    public async Task Nothing_is_held_for_who_wants_links()
    {
        await using var rig = await new ServerRig(blobs: blobs).StartedAsync();
        var (answer, run) = await WaitingAsync(rig, "", "");
        var artifacts = await CopyAsync(rig, run);
        Assert.Equal(0, rig.Get<AwaitedFiles>().Held);
        await EndAsync(rig, run, artifacts);
        Assert.Equal(200, (await answer).Status);
    }

    [Fact]
    public void Files_are_held_until_the_last_one_who_waits_has_gone()
    {
        var files = new AwaitedFiles();
        var run = RunIds.New(TimeProvider.System);
        var (first, second) = (files.Await(run), files.Await(run));
        files.Keep(run, "a", Picture);
        first.Dispose();
        first.Dispose();
        Assert.Equal(Picture, files.Find(run, "a")!.Value.ToArray());
        second.Dispose();
        Assert.Equal((false, 0), (files.Find(run, "a").HasValue, files.Held));
    }

    [Fact]
    public void No_more_is_held_than_there_is_room_for()
    {
        var files = new AwaitedFiles();
        var (run, content) = (RunIds.New(TimeProvider.System), new byte[AwaitedFiles.LongestFile]);
        using var wait = files.Await(run);
        for (var i = 0; i < 10; i++)
        {
            files.Keep(run, $"{i}", content);
        }

        Assert.Equal(AwaitedFiles.MostBytes, files.Held);
        Assert.Null(files.Find(run, "9"));
        files.Keep(RunIds.New(TimeProvider.System), "nobody's", new byte[1]);
        Assert.Equal(AwaitedFiles.MostBytes, files.Held);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(9, false)]
    public async Task A_stream_keeps_what_passes_unless_it_is_too_long(int most, bool isKept)
    {
        byte[] content = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        await using var stream = new RecordedStream(new MemoryStream(content), most);
        using var passed = new MemoryStream();
        await stream.CopyToAsync(passed, 4, Cancellation);

        Assert.Equal(content, passed.ToArray());
        Assert.Equal(isKept ? content : null, stream.Content?.ToArray());
    }

    // Waits until the caller is known to wait, or the run would end before.
    private static async Task<(Task<(int Status, string Body)> Answer, RunRecord Run)> WaitingAsync(ServerRig rig, string query,
        string preference)
    {
        var run = await OpenAsync(rig);
        var request = ServerRig.Request(query: query);
        request.Headers["Prefer"] = $"wait=30{preference}";
        request.HttpContext.RequestServices = rig.Services;
        var answer = AnswerAsync(rig, rig.Get<RunAnswers>().WaitAndAnswerAsync(request, run, Cancellation));
        await Eventually.IsSoAsync(() => rig.Get<RunAnnouncer>().Waited.Contains(run.Id));
        return (answer, run);
    }

    private static async Task<(int Status, string Body)> AnswerAsync(ServerRig rig, Task<Microsoft.AspNetCore.Http.IResult> result)
    {
        var (status, body) = await rig.AnswerAsync(await result);
        return (status, body.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    private static async Task<RunRecord> OpenAsync(ServerRig rig) =>
        await rig.Get<RunStore>().InsertAsync(SomeRun.In(RunProcess.Initial, TimeProvider.System), Cancellation);

    // A picture that came over the socket: it takes no host to copy it.
    private static async Task<ImmutableArray<RunArtifact>> CopyAsync(ServerRig rig, RunRecord run)
    {
        var picture = new PlannedOutput("t", "9", 0, new OutputPicture(Picture, "image/png", "images"));
        return Assert.IsType<CopyReply.Copied>(await rig.Get<ArtifactCopier>().CopyAsync(run, 1, null!, [picture], Cancellation)).Artifacts;
    }

    private static async Task<RunRecord> EndAsync(ServerRig rig, RunRecord run, ImmutableArray<RunArtifact> artifacts)
    {
        var ended = await rig.Get<RunStore>().ChangeAsync(run.Id,
            r => r with { State = new RunState.Ended(new RunOutcome.Succeeded()), Artifacts = artifacts, OutputTags = ["t"] },
            Cancellation);
        await rig.Get<RunAnnouncer>().EndedAsync(ended!, Cancellation); // It was inserted.
        return ended!;
    }
}
