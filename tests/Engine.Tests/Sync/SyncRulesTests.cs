using System.Collections.Immutable;
using ComfyFunc.Engine.Sync;
using CsCheck;
using static ComfyFunc.Engine.Sync.SyncedFile;
using static ComfyFunc.Engine.Sync.SyncStep;

namespace ComfyFunc.Tests.Engine.Sync;

public class SyncRulesTests
{
    private static readonly SyncedVersion One = new(1, "one");
    private static readonly SyncedVersion Two = new(2, "two");

    public static TheoryData<SyncedVersion?, SyncedVersion?, SyncedFile, SyncStep> Rows => new()
    {
        // Published, and nothing was pushed yet.
        { Two, null, None, Write },
        { Two, null, AsPublished, Note },
        { Two, null, AsPushed, Replace },
        { Two, null, Edited, KeepAndWrite },

        // Published since the last push.
        { Two, One, None, Write },
        { Two, One, AsPublished, Note },
        { Two, One, AsPushed, Replace },
        { Two, One, Edited, KeepAndWrite },

        // Published and pushed.
        { Two, Two, None, Write },
        { Two, Two, AsPublished, Nothing },
        { Two, Two, AsPushed, Replace },
        { Two, Two, Edited, KeepAndWrite },

        // Deleted, and never pushed.
        { null, null, None, Nothing },
        { null, null, AsPublished, Nothing },
        { null, null, AsPushed, Nothing },
        { null, null, Edited, Nothing },

        // Deleted since the last push.
        { null, One, None, Note },
        { null, One, AsPublished, Remove },
        { null, One, AsPushed, Remove },
        { null, One, Edited, Keep },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_row_is_as_it_is_written(SyncedVersion? published, SyncedVersion? pushed, SyncedFile file, SyncStep step) =>
        Assert.Equal(step, SyncRules.Decide(published, pushed, file));

    [Fact]
    public void The_rows_are_all_there_are() => Assert.Equal(5 * Enum.GetValues<SyncedFile>().Length, Rows.Count);

    [Theory]
    [InlineData(null, null, Edited)] // No graph at all.
    [InlineData("two", null, AsPublished)]
    [InlineData("one", null, AsPushed)]
    [InlineData("three", null, Edited)]
    [InlineData("three", "three", AsPushed)] // It says of itself what it was pushed as.
    [InlineData("three", "one", Edited)] // Its author left the mark and changed the rest.
    [InlineData("two", "one", AsPublished)]
    public void A_file_is_known_by_its_content(string? hash, string? mark, SyncedFile file) =>
        Assert.Equal(file, SyncRules.Is(hash, mark is null ? null : new(1, mark), Two, One));

    [Theory]
    [InlineData(2, AsPushed)]
    [InlineData(3, Edited)]
    public void A_file_of_a_version_that_is_not_known_here_is_kept(int version, SyncedFile file) =>
        Assert.Equal(file, SyncRules.Is("lost", new(version, "lost"), Two, One));

    [Fact]
    public void What_is_published_again_as_it_was_before_the_last_time_counts_as_published() =>
        Assert.Equal(AsPublished, SyncRules.Is("one", null, new(3, "one"), new(2, "one")));

    /// <summary>A host with one file and what was moved aside, published to and edited at will.</summary>
    [Fact]
    public void Whatever_comes_no_edit_is_lost_and_the_newest_version_lies_on_the_host() =>
        Gen.Select(Gen.OneOf("publish", "delete", "edit", "remove", "sync", "forget"), Gen.Int[0, 4]).Array[1, 40].Sample(acts =>
        {
            var host = Acted(acts);
            Assert.Superset(host.Edits.ToHashSet(), host.All.ToHashSet());
            if (host.Published is { } published)
            {
                Assert.Equal(published.Hash, host.File);
            }
        });

    [Fact]
    public void What_is_in_step_stays_untouched() =>
        Gen.Select(Gen.OneOf("publish", "delete", "edit", "remove", "sync", "forget"), Gen.Int[0, 4]).Array[1, 40].Sample(acts =>
        {
            var host = Acted(acts);
            Assert.Equal(Nothing, host.Next());
        });

    [Fact]
    public void A_deleted_workflow_that_nobody_edited_leaves_nothing() =>
        Gen.Select(Gen.OneOf("publish", "delete", "sync"), Gen.Int[0, 4]).Array[1, 40].Sample(acts =>
        {
            var host = Acted([.. acts, ("sync", 0), ("delete", 0)]);
            Assert.Empty(host.All);
        });

    private static Host Acted((string Act, int Content)[] acts)
    {
        var host = new Host();
        foreach (var (i, (act, content)) in acts.Index())
        {
            host = act switch
            {
                "publish" => host with { Published = new(host.Version + 1, $"{content}"), Version = host.Version + 1 },
                "delete" => host with { Published = null },
                "edit" => host.Left() with { File = $"edit {i}", Edits = host.Left().Edits.Add($"edit {i}") },
                "remove" => host.Left() with { File = null },
                "forget" => host with { Pushed = null },
                _ => host.Synced(),
            };
        }

        return host.Synced();
    }

    private sealed record Host
    {
        public int Version { get; init; }

        public SyncedVersion? Published { get; init; }

        public SyncedVersion? Pushed { get; init; }

        public string? File { get; init; }

        public ImmutableList<string> Copies { get; init; } = [];

        public ImmutableList<string> Edits { get; init; } = [];

        public IEnumerable<string> All => File is null ? Copies : Copies.Add(File);

        /// <summary>Its author gives up what lies in its place.</summary>
        public Host Left() => File is { } left ? this with { Edits = Edits.Remove(left) } : this;

        public SyncStep Next() =>
            SyncRules.Decide(Published, Pushed, File is null ? None : SyncRules.Is(File, null, Published, Pushed));

        public Host Synced() => Next() switch
        {
            Nothing => this,
            Note => this with { Pushed = Published },
            Write or Replace => this with { File = Published!.Hash, Pushed = Published }, // A rule that writes has a version.
            KeepAndWrite => this with { Copies = Copies.Add(File!), File = Published!.Hash, Pushed = Published },
            Remove => this with { File = null, Pushed = null },
            _ => this with { Copies = Copies.Add(File!), File = null, Pushed = null },
        };
    }
}
