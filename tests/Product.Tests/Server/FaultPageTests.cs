using System.Text.RegularExpressions;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Tests.Server;

/// <summary>Holds docs/faults.md, the answers and the description to the one table of fault codes.</summary>
public partial class FaultPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(TestFolders.Root, "docs", "faults.md"));

    public static TheoryData<string> Names { get; } = [.. FaultCode.All.Select(c => c.Name)];

    [Theory, MemberData(nameof(Names))]
    public void The_page_has_each_code_with_its_status_and_whether_it_may_succeed_later(string name)
    {
        var code = Of(name);
        var rows = Rows(Page).Where(r => r.Codes.Contains(name)).ToArray();
        Assert.NotEmpty(rows);
        Assert.All(rows, r => Assert.Equal(code.IsRetryable, r.IsRetryable));
        Assert.All(rows.Where(r => r.Status is not null), r => Assert.Equal(code.Status, r.Status));
        Assert.True(rows.Any(r => r.Status is not null) || code.Status == 500, "A code with a status of its own has it on the page.");
    }

    [Fact]
    public void The_page_has_no_other_codes() =>
        Assert.Equal(FaultCode.All.Select(c => c.Name).Order(), Rows(Page).SelectMany(r => r.Codes).Distinct().Order());

    [Theory, MemberData(nameof(Names))]
    public async Task An_answer_says_what_the_row_says(string name)
    {
        var code = Of(name);
        await using var rig = new ServerRig();
        var (status, body) = await rig.AnswerAsync(Problems.From(code, "Why."));
        Assert.Equal(
            (code.Status, name, code.Title, code.IsRetryable, $"urn:comfyfunc:fault:{name}"),
            (status, (string)body["code"]!, (string)body["title"]!, (bool)body["retryable"]!, (string)body["type"]!));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Whether_a_failed_run_may_succeed_later_is_its_own_to_say(bool isRetryable)
    {
        await using var rig = new ServerRig();
        var (status, body) = await rig.AnswerAsync(Problems.From(new RunFault(FaultCode.NodeFailed, "Why.", isRetryable)));
        Assert.Equal((500, isRetryable, "Why."), (status, (bool)body["retryable"]!, (string)body["detail"]!));
    }

    private static FaultCode Of(string name) => FaultCode.All.Single(c => c.Name == name);

    private static IEnumerable<(string[] Codes, int? Status, bool IsRetryable)> Rows(string page) =>
        from row in Row.Matches(page)
        let status = row.Groups["status"]
        select (
            Code.Matches(row.Groups["codes"].Value).Select(m => m.Groups[1].Value).ToArray(),
            status.Success ? int.Parse(status.ValueSpan) : (int?)null,
            row.Groups["retryable"].Value is "yes");

    [GeneratedRegex(@"^\|(?<codes>( `\w+`,?)+) \|( (?<status>\d+) \|)? (?<retryable>yes|no) \|", RegexOptions.Multiline)]
    private static partial Regex Row { get; }

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Code { get; }
}
