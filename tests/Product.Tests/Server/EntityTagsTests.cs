using ComfyFunc.Server.Http;

namespace ComfyFunc.Tests.Server;

public class EntityTagsTests
{
    private const string Ours = "\"abc\"";

    // What is sent, what there is, and whether If-Match and If-None-Match let it through.
    public static TheoryData<string[], string?, bool, bool> Cases { get; } = new()
    {
        { [], Ours, true, true },
        { [], null, true, true },
        { [Ours], Ours, true, false },
        { ["\"x\""], Ours, false, true },
        { ["*"], Ours, true, false },
        { ["*"], null, false, true },
        { [Ours], null, false, true },
        { ["W/\"abc\""], Ours, false, false },
        { ["\"x\", \"abc\""], Ours, true, false },
        { ["\"x\",W/\"abc\""], Ours, false, false },
        { ["\"x\"", "\"abc\""], Ours, true, false },
        { ["\"x\"", "*"], Ours, true, false },
        { ["\"a,b\""], "\"a,b\"", true, false },
        { ["\"a,abc\""], Ours, false, true },
        { ["abc"], Ours, false, true },
        { ["\"ABC\""], Ours, false, true },
        { [""], Ours, false, true },
    };

    [Theory, MemberData(nameof(Cases))]
    public void If_Match_is_strong_and_If_None_Match_is_weak(string[] sent, string? tag, bool meetsIfMatch, bool meetsIfNoneMatch) =>
        Assert.Equal((meetsIfMatch, meetsIfNoneMatch), (EntityTags.MeetsIfMatch(sent, tag), EntityTags.MeetsIfNoneMatch(sent, tag)));
}
