using System.Text;
using System.Text.Json;
using ComfyFunc.Standalone;
using ComfyFunc.Tests.Server.Metadata;

namespace ComfyFunc.Tests.Standalone;

/// <summary>The command that prints the prompt of a file.</summary>
public sealed class ConvertTests : IDisposable
{
    private const string Catalog = """
        {"Make":{"input":{"required":{"size":["INT",{"default":64}]}},"output":["IMAGE"],"output_name":["IMAGE"]},
         "Save":{"input":{"required":{"images":["IMAGE"]},"optional":{"note":["STRING",{"default":""}]}},"output":[]}}
        """;

    private const string Graph = """
        {"nodes":[{"id":1,"type":"Make","title":"two\nlines","outputs":[{"name":"IMAGE","type":"IMAGE","links":[5]}],"widgets_values":[8],
          "mode":1},
         {"id":2,"type":"Save","inputs":[{"name":"images","type":"IMAGE","link":5}],"widgets_values":["a"]}],
         "links":[[5,1,0,2,0,"IMAGE"]]}
        """;

    private const string Prompt = """
        {"1":{"inputs":{"size":8},"class_type":"Make","_meta":{"title":"two\nlines"}},
         "2":{"inputs":{"note":"a","images":["1",0]},"class_type":"Save","_meta":{"title":"Save"}}}
        """;

    private const string Refused = """
        {"nodes":[{"id":1,"type":"Save","inputs":[{"name":"images","type":"IMAGE","link":9}],"widgets_values":["a"]}],"links":[]}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("convert").FullName;

    /// <summary>Each form that a graph may come in.</summary>
    public static TheoryData<string, byte[], string> Graphs => new()
    {
        { "bare", Encoding.UTF8.GetBytes(Graph), "" },
        { "wrapped", Wrapped("""{"workflow":GRAPH}"""), "/workflow" },
        { "in input", Wrapped("""{"input":{"workflow":GRAPH}}"""), "/input/workflow" },
        { "in prompt", Wrapped("""{"prompt":GRAPH}"""), "/prompt" },
        { "with both", Wrapped("""{"output":PROMPT,"workflow":GRAPH}"""), "/workflow" },
        { "PNG", ToldFiles.Png(ToldFiles.PngText("workflow", Graph)), "/workflow" },
        { "WebP", ToldFiles.WebP(ToldFiles.Exif(true, $"workflow:{Graph}", $"prompt:{Prompt}")), "/workflow" },
        { "MP4", ToldFiles.Mp4(ToldFiles.Meta([("workflow", Graph)])), "/workflow" },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Graphs))]
    public void The_prompt_of_a_graph_is_printed(string form, byte[] file, string pointer)
    {
        var (isThere, output, report) = Run(file, Catalog);

        Assert.True(isThere, form);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Prompt), JsonElement.Parse(output)), output);
        Assert.Contains("\n  \"1\": {\n", output, StringComparison.Ordinal);
        Assert.EndsWith("}\n", output, StringComparison.Ordinal);
        Assert.Equal($"note F1 1 \"two lines\" {pointer}/nodes/0: Mode 1 (on event) is no mode of a prompt: the node runs always.",
            report[0]);
    }

    [Fact]
    public void What_a_file_has_of_both_is_compared()
    {
        string[] LinesOf(string prompt) => Run(Wrapped("""{"prompt":PROMPT,"workflow":GRAPH}""", prompt), Catalog).Report[1..];

        Assert.Equal(["The conversion agrees with the prompt in the file."], LinesOf(Prompt));
        Assert.Equal([
            "differs A1 1 \"two lines\" size: The graph gives 8, and the prompt beside it 9.",
            "The conversion differs from the prompt in the file."],
            LinesOf(Prompt.Replace("\"size\":8", "\"size\":9", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("PROMPT")]
    [InlineData("""{"prompt":PROMPT,"client_id":"x"}""")]
    public void A_prompt_is_printed_as_it_is(string form)
    {
        var (isThere, output, report) = Run(Wrapped(form), null);

        Assert.True(isThere);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Prompt), JsonElement.Parse(output)));
        Assert.Equal(["The file has a prompt and no graph: it is printed as it is."], report);
    }

    [Theory]
    [InlineData(Refused, "refused A3 1 \"Save\" images /nodes/0")]
    [InlineData("""{"workflow":GRAPH,"prompt":PROMPT}""", "refused A3 1 \"Save\" images /workflow/nodes/0")]
    [InlineData("{}", "refused A1: This holds neither a graph nor a prompt")]
    [InlineData("{\"nodes\":", "refused A1: The body is no JSON")]
    [InlineData("nothing\u00FF", "refused A1: This is neither JSON nor a file of a format")]
    [InlineData("fLaC", "refused A1: This FLAC file is broken: it goes on beyond its end, at byte 4.")]
    [InlineData("RIFF\u0004\0\0\0WEBP", "refused A1: This WebP file has neither a graph nor a prompt in its metadata")]
    [InlineData("fLaC\u0084\0\0\u0016\0\0\0\0\u0001\0\0\0\u000Aworkflow={", "refused A1: This FLAC file is broken")]
    [InlineData("fLaC\u0084\0\0\u0016\0\0\0\0\u0001\0\0\0\u000A\0\0\0workflow={",
        "refused A1 /workflow: What this FLAC file has as workflow is no JSON")]
    public void What_gives_no_prompt_is_told_and_nothing_is_printed(string file, string line)
    {
        var bytes = Encoding.Latin1.GetBytes(file.Replace("GRAPH", Refused, StringComparison.Ordinal)
            .Replace("PROMPT", Prompt, StringComparison.Ordinal));
        var (isThere, output, report) = Run(bytes, Catalog);

        Assert.Equal((false, ""), (isThere, output));
        Assert.StartsWith(line, report[0], StringComparison.Ordinal);
        Assert.Equal(line.Contains("A3", StringComparison.Ordinal) ? 2 : 1, report.Length);
    }

    [Fact]
    public void What_stands_in_for_a_class_is_used()
    {
        var old = Graph.Replace("\"Make\"", "\"Old\"", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "r.json"),
            """
            {"Old":[{"new_node_id":"Make","old_widget_ids":["s"],"input_mapping":[{"new_id":"size","old_id":"s"}],"output_mapping":[]}]}
            """);
        var (isThere, output, report) = Run(Encoding.UTF8.GetBytes(old), Catalog, "r.json");

        Assert.True(isThere);
        Assert.Equal("Make", JsonElement.Parse(output).GetProperty("1").GetProperty("class_type").GetString());
        Assert.Contains(report, l => l.StartsWith("differs A6 1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_graph_without_a_catalog_and_files_that_are_none_are_wrong_usage()
    {
        string Refusal(string file, string? catalog, string? replacements) =>
            Assert.Single(Assert.Throws<StartRefusedException>(() => Run(Encoding.UTF8.GetBytes(file), catalog, replacements)).Lines);

        Assert.Contains("--catalog <file>", Refusal(Graph, null, null), StringComparison.Ordinal);
        Assert.Contains("is not what /object_info answers", Refusal(Graph, "[]", null), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Refusal(Graph, Catalog, "absent.json"), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "r.json"), "no");
        Assert.Contains("is not what /node_replacements answers", Refusal(Graph, Catalog, "r.json"), StringComparison.Ordinal);
        Assert.Throws<StartRefusedException>(() => LocalConversion.Run(new(Path.Combine(folder, "absent"), null, null), Stream.Null,
            TextWriter.Null));
    }

    [Fact]
    public async Task A_program_that_converts_says_how_it_went()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "graph.json"), Graph, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "refused.json"), Refused, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "catalog.json"), Catalog, TestContext.Current.CancellationToken);
        var made = await StandaloneRun.StartAsync(folder, ["convert", "graph.json", "--catalog", "catalog.json"]);
        var refused = await StandaloneRun.StartAsync(folder, ["convert", "refused.json", "--catalog=catalog.json"]);
        var wrong = await StandaloneRun.StartAsync(folder, ["convert", "graph.json"]);

        Assert.Equal((0, 1, 2), (made.ExitCode, refused.ExitCode, wrong.ExitCode));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Prompt), JsonElement.Parse(made.Output)));
        Assert.StartsWith("note F1 1", made.Errors, StringComparison.Ordinal);
        Assert.Equal(("", ""), (refused.Output, wrong.Output));
        Assert.StartsWith("refused A3 1", refused.Errors, StringComparison.Ordinal);
        Assert.StartsWith("convert: a graph needs a catalog", wrong.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(folder)); // No data folder.
    }

    private static byte[] Wrapped(string form, string prompt = Prompt) => Encoding.UTF8.GetBytes(form.Replace("GRAPH", Graph,
        StringComparison.Ordinal).Replace("PROMPT", prompt, StringComparison.Ordinal));

    private (bool IsThere, string Output, string[] Report) Run(byte[] file, string? catalog, string? replacements = null)
    {
        var (path, catalogPath) = (Path.Combine(folder, "file"), Path.Combine(folder, "catalog.json"));
        File.WriteAllBytes(path, file);
        File.WriteAllText(catalogPath, catalog ?? "");
        using var output = new MemoryStream();
        using var report = new StringWriter();
        var isThere = LocalConversion.Run(new(path, catalog is null ? null : catalogPath,
            replacements is null ? null : Path.Combine(folder, replacements)), output, report);
        return (isThere, Encoding.UTF8.GetString(output.ToArray()),
            report.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }
}
