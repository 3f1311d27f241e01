using ComfyFunc.Engine.Sync;
using ComfyFunc.Server.Sync;

namespace ComfyFunc.Tests.Server.Sync;

public class HostSyncTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_another_process_has_made_newer_meanwhile_stays()
    {
        var row = Row(7);
        Assert.Equal(7, Files(row.After([new("w", new() { Pushed = new(6, "six") })], null, Noon)));
        Assert.Equal(8, Files(row.After([new("w", new() { Pushed = new(8, "eight") })], null, Noon)));
    }

    [Fact]
    public void Where_an_edit_lies_is_remembered_until_the_next_one()
    {
        var row = Row(7, keptAs: "first");
        Assert.Equal("first", row.After([new("w", new() { Pushed = new(8, "eight") })], null, Noon).Files["w"].KeptAs);
        Assert.Equal("second", row.After([new("w", new() { Pushed = new(8, "eight"), KeptAs = "second" })], null, Noon).Files["w"].KeptAs);
    }

    [Fact]
    public void What_changes_nothing_is_no_change()
    {
        var row = Row(7);
        Assert.Same(row, row.After([], null, Noon));
        Assert.Same(row, row.After([new("w", row.Files["w"]), new("other", null)], null, Noon));
        Assert.Equal((Noon, "away"), (row.After([], "away", Noon).At, row.After([], "away", Noon).Failure));
        Assert.Empty(row.After([new("w", null)], null, Noon).Files);
    }

    private static int? Files(HostSync row) => row.Files["w"].Pushed?.Version;

    private static HostSync Row(int version, string? keptAs = null) =>
        new HostSync { Host = new("gpu") }.After([new("w", new() { Pushed = new SyncedVersion(version, "seven"), KeptAs = keptAs })], null, default);
}
