using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Tests.Server;

/// <summary>What a run shows of what it was called with: enough to read a sweep by, and nothing that was sent in confidence.</summary>
public class GivenInputsTests
{
    private static readonly RunId Earlier = new("01ARZ3NDEKTSV4RRFFQ69G5FAV");

    [Fact]
    public void Values_are_shown_as_they_were_written()
    {
        const string Body =
            """{"sampler":{"seed":9007199254740993,"cfg":7.50},"loader":false,"text":{"text":"a „lake“ 湖"},"odd":{"list":[1,{"a":null}]}}""";
        var shown = GivenInputs.Of(JsonElement.Parse(Body), [], []);

        Assert.Equal((Body, false), (shown.Values.ToJsonString(ServerJson.Options), shown.AreCut));
    }

    [Fact]
    public void Files_are_references_wherever_they_stand_and_whatever_they_came_by()
    {
        const string Body = """
            {"a":{"image":"data:image/png;base64,SECRET00"},"b":{"image":{"type":"file","name":"cat.png","content":"SECRET00"}},
             "c":{"image":{"type":"file","url":"https://user:SECRET@example.org/a/b.png?sig=SECRET#SECRET"}},"d":{"images":["upload:01ARZ3NDEKTSV4RRFFQ69G5FAV","run:01ARZ3NDEKTSV4RRFFQ69G5FAV/out/2"]}}
            """;
        ImmutableArray<CallFile> files =
        [
            new(0, "/a/image", "image", new FileSource.Bytes(new byte[3], "image/png"), null),
            new(1, "/b/image/content", "image", new FileSource.Bytes(new byte[3], null), "cat.png"),
            new(2, "/c/image/url", "image", new FileSource.Url(new("https://user:SECRET@example.org/a/b.png?sig=SECRET#SECRET")), null),
            new(3, "/d/images/0", "image", new FileSource.Upload(new(Earlier.Value)), null),
            new(4, "/d/images/1", "image", new FileSource.RunOutput(Earlier, "out", 2), null),
        ];
        var shown = GivenInputs.Of(JsonElement.Parse(Body), files,
            [.. files.Select(f => new RunFile($"blob{f.Index}", $"comfyfunc/SECRET{f.Index}", "image/png", 100 + f.Index))]);

        Assert.Equal(
            JsonNode.Parse("""
                {"a":{"image":{"type":"file","contentType":"image/png","bytes":100}},"b":{"image":{"type":"file","name":"cat.png","contentType":"image/png","bytes":101}},
                 "c":{"image":{"type":"file","url":"https://example.org/a/b.png","contentType":"image/png","bytes":102}},
                 "d":{"images":[{"type":"file","contentType":"image/png","bytes":103},{"type":"file","url":"run:01ARZ3NDEKTSV4RRFFQ69G5FAV/out/2","contentType":"image/png","bytes":104}]}}
                """)!.ToJsonString(),
            shown.Values.ToJsonString());
        Assert.False(shown.AreCut);
    }

    [Theory]
    [InlineData("""{"t":{"address":"https://user:SECRET@example.org/x?token=SECRET#SECRET"}}""",
        """{"t":{"address":"https://example.org/x"}}""")]
    [InlineData("""{"t":{"picture":"data:image/png;base64,SECRET=="}}""", """{"t":{"picture":{"type":"file","bytes":6}}}""")]
    [InlineData("""{"t":{"api_key":"SECRET","apiKey":"SECRET","Password":"SECRET","client_secret":"SECRET","token":"SECRET","max_tokens":9}}""",
        """{"t":{"api_key":"(secret)","apiKey":"(secret)","Password":"(secret)","client_secret":"(secret)","token":"(secret)","max_tokens":9}}""")]
    public void What_nodes_take_as_texts_gives_no_more_away(string body, string expected)
    {
        var shown = GivenInputs.Of(JsonElement.Parse(body), [], []);

        Assert.Equal((expected, true), (shown.Values.ToJsonString(), shown.AreCut));
    }

    [Fact]
    public void Base64_is_no_text()
    {
        var shown = GivenInputs.Of(
            JsonElement.Parse(
                $$$"""{"t":{"picture":"{{{Convert.ToBase64String(new byte[600])}}}","words":"{{{string.Join(' ', Enumerable.Repeat("word", 100))}}}"}}"""), [], []);

        Assert.Equal(600, (int)shown.Values["t"]!["picture"]!["bytes"]!);
        Assert.Equal(499, ((string)shown.Values["t"]!["words"]!).Length);
    }

    [Fact]
    public void A_long_text_is_whole_up_to_a_bound_and_says_then_how_long_it_was()
    {
        var bound = Text(GivenInputs.LongestText);
        var over = GivenInputs.Of(JsonElement.Parse($$$"""{"t":{"text":"{{{bound}}}!"}}"""), [], []);

        Assert.Equal((bound, false), Of(GivenInputs.Of(JsonElement.Parse($$$"""{"t":{"text":"{{{bound}}}"}}"""), [], [])));
        Assert.Equal(($"{bound}… ({GivenInputs.LongestText + 1} characters)", true), Of(over));

        static (string, bool) Of(GivenInputs shown) => ((string)shown.Values["t"]!["text"]!, shown.AreCut);
    }

    [Fact]
    public void A_cut_leaves_no_half_of_a_character()
    {
        var shown = GivenInputs.Of(JsonElement.Parse($$$"""{"t":{"text":"{{{Text(GivenInputs.LongestText - 1)}}}🙂🙂"}}"""), [], []);

        Assert.StartsWith($"{Text(GivenInputs.LongestText - 1)}… (", (string)shown.Values["t"]!["text"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 3_000)]
    [InlineData(40, 900)]
    [InlineData(400, 3)]
    [InlineData(3_000, 70)]
    public void However_much_there_is_it_fits_into_a_row(int inputs, int length)
    {
        var body = new JsonObject
        {
            ["first"] = new JsonObject { ["seed"] = 5 },
            ["t"] = new JsonObject(Enumerable.Range(0, inputs).Select(i => KeyValuePair.Create($"i{i}", (JsonNode?)Text(length)))),
            ["bare"] = false
        };
        var shown = GivenInputs.Of(JsonElement.Parse(body.ToJsonString()), [], []);

        Assert.InRange(shown.Values.ToJsonString(ServerJson.Options).Length, 100, GivenInputs.Largest);
        Assert.Equal(5, (int)shown.Values["first"]!["seed"]!);
        Assert.Equal(!JsonNode.DeepEquals(body, shown.Values), shown.AreCut);
    }

    private static string Text(int length) => string.Concat(Enumerable.Repeat("a b", (length / 3) + 1))[..length];
}
