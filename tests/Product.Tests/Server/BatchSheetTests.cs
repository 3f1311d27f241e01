using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Runs;
using Microsoft.VisualBasic.FileIO;

namespace ComfyFunc.Tests.Server;

/// <summary>A batch as a table that any reader of CSV takes apart, and no spreadsheet runs.</summary>
public class BatchSheetTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"so\"", "\"say \"\"so\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData(" edge", "\" edge\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"")]
    public void Texts_are_written_so_that_they_stay_texts(string text, string field)
    {
        var table = new CsvTable();
        table.Add([CsvCell.Text(text), CsvCell.Made($"{-1}")]);

        Assert.Equal($"{field},-1\r\n", table.ToString());
    }

    [Fact]
    public void Each_call_is_a_row_with_what_varied_its_seeds_its_times_and_its_outputs()
    {
        BatchAxis[] axes = [new("sampler", "cfg"), new("text", "words"), new("loader", null)];
        var batch = new Batch
        {
            Id = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            Client = "",
            Workflow = "w",
            Version = 1,
            Total = 3,
            CreatedAt = Noon,
            Refused = [new(1, [new(FaultCode.InputUnreachable, "No.")])]
        };
        RunRecord[] runs =
        [
            Row(2, """{"sampler":{"cfg":-7.5},"loader":false}""")
                with { State = new RunState.Ended(new RunOutcome.Failed(new(FaultCode.NodeFailed, "No."))),
                    CompletedAt = Noon.AddSeconds(2) },
            Row(0, """{"sampler":{"cfg":5},"text":{"words":"=a, \"b\"\nc"}}""") with
            {
                State = new RunState.Ended(new RunOutcome.Succeeded()),
                CompletedAt = Noon.AddSeconds(3),
                StartedAt = Noon.AddSeconds(1),
                Seeds = [new("3", "seed", 9007199254740993, "sampler", SeedOrigin.Given), new("8", "noise_seed", 4)],
                Attempts = [new(1, new("gpu"), default, Noon.AddSeconds(1), Noon.AddSeconds(3),
                    "succeeded") { BegunAt = Noon.AddSeconds(1) }],
                OutputTags = ["out"],
                Artifacts = [new() { Tag = "out", Type = "text", Text = "x" }, new() { Tag = "other", Type = "text", Text = "x" },
                    new() { Tag = "out", Type = "text", Text = "y" }],
            },
        ];
        var table = Read(BatchSheet.Of(batch, [.. axes], runs, p => $"https://host{p}"));

        Assert.Equal(
            ["index", "run", "status", "error", "sampler.cfg", "text.words", "loader", "seed:sampler.seed", "seed:8.noise_seed",
                "createdAt", "startedAt", "completedAt", .. RunTimes.Names, "host", "attempts", "output:out", "output:other"],
            table[0]);
        Assert.Equal(4, table.Length);
        Assert.Equal(["0", runs[1].Id.Value, "succeeded", "", "5", "'=a, \"b\"\nc", "", "9007199254740993", "4", "2026-01-01T12:00:00.000Z",
            "2026-01-01T12:00:01.000Z", "2026-01-01T12:00:03.000Z", "1000", "", "0", "0", "", "2000", "0", "3000", "gpu", "1",
            $"https://host/api/runs/{runs[1].Id}/outputs/out/0 https://host/api/runs/{runs[1].Id}/outputs/out/1",
            $"https://host/api/runs/{runs[1].Id}/outputs/other/0"], table[1]);
        Assert.Equal(["1", "", "refused", "input_unreachable"], table[2][..4]);
        Assert.Equal(["2", runs[0].Id.Value, "failed", "node_failed", "-7.5", "", "false", "", ""], table[3][..9]);
        Assert.All(table, r => Assert.Equal(table[0].Length, r.Length));
    }

    [Fact]
    public void Nodes_that_share_a_tag_have_columns_of_their_own()
    {
        var run = Row(0, "{}") with { Seeds = [new("3", "seed", 1, "sampler"), new("4", "seed", 2, "sampler")] };
        var batch = new Batch { Id = "01ARZ3NDEKTSV4RRFFQ69G5FAV", Client = "", Workflow = "w", Version = 1, Total = 1, CreatedAt = Noon };

        Assert.Equal(["seed:sampler.seed (3)", "seed:sampler.seed (4)"], Read(BatchSheet.Of(batch, [], [run], p => p))[0][4..6]);
    }

    private static RunRecord Row(int index, string given) =>
        SomeRun.In(RunProcess.Initial, TimeProvider.System) with
        {
            CreatedAt = Noon,
            Batch = "b",
            Place = new(index, []),
            Given = JsonElement.Parse(given)
        };

    // A reader that nobody here has written.
    private static string[][] Read(string csv)
    {
        using var parser = new TextFieldParser(new StringReader(csv))
        {
            Delimiters = [","],
            HasFieldsEnclosedInQuotes = true,
            TrimWhiteSpace = false
        };
        var rows = new List<string[]>();
        while (!parser.EndOfData)
        {
            rows.Add(parser.ReadFields()!); // Not at the end.
        }

        return [.. rows];
    }
}
