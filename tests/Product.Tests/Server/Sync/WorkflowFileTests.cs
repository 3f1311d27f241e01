using System.Net;
using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Sync;
using ComfyFunc.Server.Sync;

namespace ComfyFunc.Tests.Server.Sync;

/// <summary>One file, and everybody who may touch it at any moment.</summary>
public class WorkflowFileTests
{
    private const string Path = "workflows/ComfyFunc/w.json";
    private const string Mine = """{"nodes":[{"id":1,"type":"Mine"}],"links":[]}""";
    private const string Copy = "workflows/ComfyFunc/w (edited on gpu 2026-11-29 15.04).json";

    private static readonly PublishedGraph One = Version(1, "Old");
    private static readonly PublishedGraph Two = Version(2, "New");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_written_where_none_is_and_says_what_it_is()
    {
        var folder = new UserFolder();
        var outcome = await SyncAsync(folder, Two, pushed: null);
        var written = JsonElement.Parse(folder.Files[Path]);
        Assert.Equal(new SyncedVersion(2, Two.Version.Hash), Assert.IsType<FileOutcome.InStep>(outcome).Version);
        Assert.Equal($$"""{"name":"w","version":2,"hash":"{{Two.Version.Hash}}"}""",
            written.GetProperty("extra").GetProperty("comfyfunc").GetRawText());
        Assert.Equal(["2"], folder.Marks);
        Assert.NotNull(((FileOutcome.InStep)outcome).Stamp);
    }

    [Fact]
    public async Task What_an_older_version_left_is_replaced_and_leaves_nothing()
    {
        var folder = With(Text(One));
        var outcome = await SyncAsync(folder, Two, One.Version);
        Assert.Equal([(Path, Text(Two))], folder.Files.Select(f => (f.Key, f.Value)));
        Assert.Null(outcome.KeptAs);
        Assert.All(folder.Marks, m => Assert.Equal("2", m));
    }

    [Fact]
    public async Task What_was_edited_is_kept_beside_it()
    {
        var folder = With(Mine);
        var outcome = await SyncAsync(folder, Two, One.Version);
        Assert.Equal([(Copy, Mine), (Path, Text(Two))], folder.Files.Select(f => (f.Key, f.Value)));
        Assert.Equal("w (edited on gpu 2026-11-29 15.04).json", outcome.KeptAs);
    }

    [Theory]
    [InlineData("no JSON at all")]
    [InlineData("[1]")]
    [InlineData("")]
    [InlineData("""{"nodes":"none"}""")]
    public async Task What_is_no_graph_is_somebodys_own(string content)
    {
        var folder = With(content);
        Assert.NotNull((await SyncAsync(folder, Two, One.Version)).KeptAs);
        Assert.Equal(content, folder.Files[Copy]);
    }

    [Fact]
    public async Task A_copy_takes_no_other_s_name()
    {
        var folder = With(Mine);
        folder.Save(Copy, "an older copy");
        var outcome = await SyncAsync(folder, Two, One.Version);
        Assert.Equal("w (edited on gpu 2026-11-29 15.04, 2).json", outcome.KeptAs);
        Assert.Equal("an older copy", folder.Files[Copy]);
        Assert.Contains(Mine, folder.Files.Values);
    }

    [Fact]
    public async Task A_file_with_too_many_copies_is_left_as_it_is()
    {
        var folder = With(Mine);
        for (var i = 1; i <= 20; i++)
        {
            folder.Save($"workflows/ComfyFunc/{SyncNames.CopyOf("w", new("gpu"), new StillClock().GetUtcNow(), i)}", $"{i}");
        }

        var outcome = Assert.IsType<FileOutcome.Failed>(await SyncAsync(folder, Two, One.Version));
        Assert.Equal(("There are too many copies of the file already.", FileTrouble.OfFile), (outcome.Detail, outcome.Trouble));
        Assert.Equal(Mine, folder.Files[Path]);
    }

    [Fact]
    public async Task What_lies_there_with_the_same_content_is_only_noted()
    {
        var saved = """{"nodes":[{"id":1,"type":"New"}],"links":[],"extra":{"ds":{"scale":3},"comfyfunc":{"name":"w"}}}""";
        var folder = With(saved);
        var outcome = Assert.IsType<FileOutcome.InStep>(await SyncAsync(folder, Two, One.Version));
        Assert.Equal((2, saved), (outcome.Version?.Version, folder.Files[Path]));
        Assert.Single(folder.Asked);
    }

    [Fact]
    public async Task What_another_server_or_an_earlier_one_pushed_is_known_by_what_it_says()
    {
        var folder = With(Text(One));
        Assert.Null((await SyncAsync(folder, Two, pushed: null)).KeptAs);
        Assert.Equal([(Path, Text(Two))], folder.Files.Select(f => (f.Key, f.Value)));
    }

    [Fact]
    public async Task A_deleted_workflow_s_file_goes_and_its_edits_stay()
    {
        var folder = With(Text(One));
        Assert.Null(Assert.IsType<FileOutcome.InStep>(await SyncAsync(folder, null, One.Version)).Version);
        Assert.Empty(folder.Files);

        folder.Save(Path, Mine);
        var outcome = await SyncAsync(folder, null, One.Version);
        Assert.Equal([(Copy, Mine)], folder.Files.Select(f => (f.Key, f.Value)));
        Assert.NotNull(outcome.KeptAs);
    }

    [Fact]
    public async Task A_workflow_whose_newest_version_has_no_graph_keeps_its_file()
    {
        var folder = With(Text(One));
        var file = new WorkflowFile(folder.Client, new("gpu"), "w", _ => Task.FromResult(new Newest(null, IsPromptAlone: true)), new StillClock());
        await file.BringInStepAsync(One.Version, "s", Cancellation);
        Assert.Equal(Text(One), folder.Files[Path]);
    }

    /// <summary>Somebody saves right before the n-th request, whatever it is.</summary>
    [Theory]
    [MemberData(nameof(Races))]
    public async Task An_author_who_saves_at_any_moment_loses_nothing(bool isDeleted, string? before, int request)
    {
        var published = isDeleted ? null : Two;
        var folder = With(before switch { "pushed" => Text(One), "edited" => Mine, _ => null });
        folder.Before = n =>
        {
            if (n == request)
            {
                folder.Save(Path, Mine.Replace("Mine", "Last", StringComparison.Ordinal));
            }

            return Task.FromResult<HttpResponseMessage?>(null);
        };
        var outcome = Assert.IsType<FileOutcome.InStep>(await SyncAsync(folder, published, One.Version));
        var isSaved = folder.Asked.Count > request;
        folder.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        await SyncAsync(folder, published, outcome.Version ?? One.Version);
        Assert.Equal(isSaved, folder.Files.Values.Any(c => c.Contains("Last", StringComparison.Ordinal)));
        Assert.True(before != "edited" || request <= 1 /* It is its author who saves over it. */ || folder.Files.ContainsValue(Mine));
        Assert.Equal(published is null ? null : Text(published), folder.Files.GetValueOrDefault(Path));
    }

    public static TheoryData<bool, string?, int> Races =>
        [.. from isDeleted in (bool[])[false, true] from before in (string?[])[null, "pushed", "edited"] from request in Enumerable.Range(0, 7)
            select new TheoryDataRow<bool, string?, int>(isDeleted, before, request)];

    /// <summary>Another process does the same right before the n-th request.</summary>
    [Theory]
    [MemberData(nameof(Races))]
    public async Task Two_at_once_do_what_one_does(bool isDeleted, string? before, int request)
    {
        var published = isDeleted ? null : Two;
        var folder = With(before switch { "pushed" => Text(One), "edited" => Mine, _ => null });
        var isOther = false;
        folder.Before = async n =>
        {
            if (n == request && !isOther)
            {
                isOther = true;
                await SyncAsync(folder, published, One.Version);
            }

            return null;
        };
        await SyncAsync(folder, published, One.Version);
        Assert.Equal(published is null ? null : Text(published), folder.Files.GetValueOrDefault(Path));
        Assert.Equal(before == "edited" ? [Mine] : [], folder.Files.Where(f => f.Key != Path).Select(f => f.Value));
    }

    /// <summary>The n-th request is answered by something that no ComfyUI says, or by nothing.</summary>
    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Whatever_a_host_answers_nothing_is_lost_and_nothing_throws(string how, string before, int request)
    {
        var folder = With(before == "pushed" ? Text(One) : Mine);
        folder.Before = n => n != request ? Task.FromResult<HttpResponseMessage?>(null) : how switch
        {
            "no answer" => throw new HttpRequestException("gone"),
            "broken off" => Task.FromResult<HttpResponseMessage?>(new(HttpStatusCode.OK) { Content = new BreakingContent() }),
            "garbage" => Task.FromResult<HttpResponseMessage?>(UserFolder.Json("{\"nodes\":[[[\ud800")),
            "another thing" => Task.FromResult<HttpResponseMessage?>(UserFolder.Json("[{\"path\":[]},1,null]")),
            _ => Task.FromResult<HttpResponseMessage?>(new((HttpStatusCode)int.Parse(how, System.Globalization.CultureInfo.InvariantCulture))),
        };
        await SyncAsync(folder, Two, One.Version);
        folder.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        var outcome = Assert.IsType<FileOutcome.InStep>(await SyncAsync(folder, Two, One.Version));
        Assert.Equal((2, Text(Two)), (outcome.Version?.Version, folder.Files[Path]));
        Assert.True(before == "pushed" || folder.Files.ContainsValue(Mine));
    }

    public static TheoryData<string, string, int> Failures =>
        [.. from how in (string[])["no answer", "broken off", "garbage", "another thing", "400", "401", "403", "404", "405", "409", "413", "500",
                "302"]
            from before in (string[])["pushed", "edited"] from request in Enumerable.Range(0, 6)
            select new TheoryDataRow<string, string, int>(how, before, request)];

    [Theory]
    [InlineData(404, "It has no /userdata (404)", FileTrouble.HostRefuses)]
    [InlineData(405, "It has no /userdata (405)", FileTrouble.HostRefuses)]
    [InlineData(403, "It does not let /userdata be used (403)", FileTrouble.HostRefuses)]
    [InlineData(401, "It wants authentication (401)", FileTrouble.HostRefuses)]
    [InlineData(400, "It refuses the file (400): Bad Request.", FileTrouble.OfFile)]
    [InlineData(413, "The file is larger than it takes.", FileTrouble.OfFile)]
    [InlineData(500, "It answered /userdata with status 500.", FileTrouble.HostAway)]
    internal async Task A_host_that_will_not_have_a_file_is_said_why(int status, string why, FileTrouble trouble)
    {
        var folder = new UserFolder
        {
            Before = n => Task.FromResult<HttpResponseMessage?>(n == 1 ? new((HttpStatusCode)status) : null),
        };
        var outcome = Assert.IsType<FileOutcome.Failed>(await SyncAsync(folder, Two, pushed: null));
        Assert.StartsWith(why, outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(trouble, outcome.Trouble);
    }

    [Fact]
    public async Task A_version_that_a_host_will_not_have_leaves_the_one_before_in_its_place()
    {
        var folder = With(Text(One));
        folder.Before = n => Task.FromResult<HttpResponseMessage?>(n == 2 ? new(HttpStatusCode.RequestEntityTooLarge) : null);
        var outcome = await SyncAsync(folder, Two, One.Version);
        Assert.Equal([(Path, Text(One))], folder.Files.Select(f => (f.Key, f.Value)));
        Assert.Null(outcome.KeptAs);
    }

    private static Task<FileOutcome> SyncAsync(UserFolder folder, PublishedGraph? published, SyncedVersion? pushed) =>
        new WorkflowFile(folder.Client, new("gpu"), "w", _ => Task.FromResult(new Newest(published)), new StillClock())
            .BringInStepAsync(pushed, null, Cancellation);

    private static UserFolder With(string? content)
    {
        var folder = new UserFolder();
        if (content is not null)
        {
            folder.Save(Path, content);
        }

        return folder;
    }

    private static PublishedGraph Version(int version, string type) =>
        PublishedGraph.Of("w", version, JsonElement.Parse($$"""{"nodes":[{"id":1,"type":"{{type}}"}],"links":[]}"""));

    private static string Text(PublishedGraph graph) => Encoding.UTF8.GetString(graph.Json.Span);

    private sealed class StillClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 29, 15, 4, 0, TimeSpan.Zero);
    }

    private sealed class BreakingContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new IOException("broken off");

        protected override bool TryComputeLength(out long length)
        {
            length = 5;
            return true;
        }
    }
}
