using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Prompts;

/// <summary>What callers read when a value does not fit, sentence by sentence.</summary>
public class FaultSentenceTests
{
    private const string Catalog = """
        {
          "Any":{"input":{"required":{
            "int":["INT",{"min":-5,"max":10}],"seed":["INT",{"control_after_generate":true}],"float":["FLOAT",{"min":0.5,"max":2}],
            "text":["STRING"],"flag":["BOOLEAN"],"one":[["a","b"]],"some":[["a","b"],{"multiselect":true}],"none":[[]]
          }},"output":["IMAGE"]},
          "Open":{"input":{"required":{"image":[["a.png"],{"image_upload":true}]}},"output":["IMAGE"]},
          "Hear":{"input":{"required":{"audio":[["a.wav"],{"audio_upload":true}]}},"output":["AUDIO"]},
          "Save":{"input":{"required":{"images":["*"]}},"output":[],"output_node":true}
        }
        """;

    private static readonly Workflow Example = Read(
        """
        {
          "1":{"class_type":"Any","inputs":{"int":1,"seed":1,"float":1,"text":"x","flag":true,"one":"a","some":"a","none":"x"},"_meta":{"title":"[t]"}},
          "2":{"class_type":"Open","inputs":{"image":"a.png"},"_meta":{"title":"[i]"}},
          "3":{"class_type":"Hear","inputs":{"audio":"a.wav"},"_meta":{"title":"[a]"}},
          "4":{"class_type":"Save","inputs":{"images":["1",0]}},"5":{"class_type":"Save","inputs":{"images":["2",0]}},
          "6":{"class_type":"Save","inputs":{"images":["3",0]}}
        }
        """,
        Catalog);

    [Theory]
    [InlineData("""{"t":{"int":"x"}}""", "A whole number is expected, not a string.")]
    [InlineData("""{"t":{"int":true}}""", "A whole number is expected, not a boolean.")]
    [InlineData("""{"t":{"int":[1]}}""", "A whole number is expected, not an array.")]
    [InlineData("""{"t":{"int":1.5}}""", "A whole number is expected, not 1.5.")]
    [InlineData("""{"t":{"int":-6}}""", "-6 is less than the least allowed, -5.")]
    [InlineData("""{"t":{"int":11}}""", "11 is more than the most allowed, 10.")]
    [InlineData("""{"t":{"seed":"x"}}""", "A whole number, \"random\" or \"saved\" is expected, not a string.")]
    [InlineData("""{"t":{"float":{}}}""", "A number is expected, not an object.")]
    [InlineData("""{"t":{"float":0.25}}""", "0.25 is less than the least allowed, 0.5.")]
    [InlineData("""{"t":{"float":1e300}}""", "1e300 is out of any range.")]
    [InlineData("""{"t":{"text":1}}""", "A string is expected, not a number.")]
    [InlineData("""{"t":{"flag":"yes"}}""", "True or false is expected, not a string.")]
    [InlineData("""{"t":{"one":[]}}""", "One of a list of values is expected, not an array.")]
    [InlineData("""{"t":{"one":"c"}}""", "'c' is none of a, b.")]
    [InlineData("""{"t":{"one":7}}""", "'7' is none of a, b.")]
    [InlineData("""{"t":{"some":["a","c"]}}""", "'c' is none of a, b.")]
    [InlineData("""{"t":{"some":["a",1]}}""", "One of a list of values is expected, not an array.")]
    [InlineData("""{"t":{"one":{}}}""",
        "One of a list of values is expected, not an object. If it names a file that callers may send, the workflow's author says so in "
            + "the node's title: [tag:input=file].")]
    [InlineData("""{"t":{"none":"https://example.org/a"}}""",
        "The input takes one of the values that hosts offer, and no file. If it names a file that callers may send, the workflow's author "
            + "says so in the node's title: [tag:input=file].")]
    [InlineData("""{"i":{"image":7}}""",
        "A file is {\"type\":\"file\",\"content\":base64} or {\"type\":\"file\",\"url\":…}, a data URI, an http(s) URL, or base64.")]
    [InlineData("""{"i":{"image":"nope"}}""",
        "'nope' is no file that a host has, no URL, no data URI and no base64.")]
    [InlineData("""{"i":{"image":{"content":"x","size":1}}}""", "A file has type, name, and url or content; not 'size'.")]
    [InlineData("""{"i":{"image":{"type":"image","content":"AAAA"}}}""", "The type of a file is \"file\".")]
    [InlineData("""{"i":{"image":{"content":"AAAA","name":1}}}""", "name is a string.")]
    [InlineData("""{"i":{"image":{"content":1}}}""", "content is a string.")]
    [InlineData("""{"i":{"image":{}}}""", "A file has either url or content.")]
    [InlineData("""{"i":{"image":{"url":"x","content":"y"}}}""", "A file has url or content, not both.")]
    [InlineData("""{"i":{"image":"http://"}}""", "The URL is malformed.")]
    [InlineData("""{"i":{"image":"upload:x"}}""", "The ref of an upload is what POST /api/uploads answered.")]
    [InlineData("""{"i":{"image":"run:x"}}""",
        "An output of an earlier run is named run:{id}/{tag}/{n}, or by the link that the API gave.")]
    [InlineData("""{"i":{"image":"data:image/png,x"}}""", "The data URI is not of the form data:<type>;base64,<data>.")]
    [InlineData("""{"i":{"image":"data:image/png;base64"}}""", "The data URI is not of the form data:<type>;base64,<data>.")]
    [InlineData("""{"i":{"image":{"content":"a"}}}""", "The base64 is malformed.")]
    [InlineData("""{"i":{"image":[]}}""", "An array of images has 1 to 3 of them, not 0.")]
    [InlineData("""{"a":{"audio":["AAAA"]}}""", "Only images can be sent as an array, which becomes a batch.")]
    [InlineData("""{"t":false}""", "Bypassing it leaves node 4 (Save) without its required input images.")]
    [InlineData("""{"t":7}""",
        "A tag takes an object of its inputs, {\"input\":value}, or false to bypass its nodes.")]
    [InlineData("""{"x":{}}""", "The workflow has no tag 'x'.")]
    [InlineData("""{"t":{"zzz":1}}""",
        "'t' has no input 'zzz' that callers may set.")]
    [InlineData("[]", "The body is an object of tags: {\"tag\":{\"input\":value}}.")]
    public void A_fault_is_said_in_a_sentence(string body, string sentence)
    {
        var faults = Assert.IsType<Binding.Invalid>(ValueBinderTests.Bind(Example, body)).Faults;
        Assert.StartsWith(sentence, faults[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_more_than_20_values_is_not_shown()
    {
        var options = string.Join(",", Enumerable.Range(10, 21).Select(i => $"\"v{i}\""));
        Assert.StartsWith("'v99' is none of the 21 allowed values. ", SentenceOf(options, "v99"), StringComparison.Ordinal);
        Assert.StartsWith("'v99' is none of v11, v12, ", SentenceOf(options[6..], "v99"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public void A_value_of_more_than_100_characters_is_shown_cut_short(int length, bool isCut)
    {
        var given = new string('x', length);
        var shown = isCut ? $"'{given[..100]}…'" : $"'{given}'";
        Assert.StartsWith($"{shown} is none of a, b.", SentenceOf("\"a\",\"b\"", given), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_is_not_cut_within_a_character() =>
        Assert.StartsWith($"'{new string('x', 99)}…' is", SentenceOf("\"a\"", new string('x', 99) + "😀😀"), StringComparison.Ordinal);

    private static string SentenceOf(string options, string value)
    {
        var first = JsonElement.Parse($"[{options}]")[0].GetString();
        var workflow = Read(
            $$$"""
            {"1":{"class_type":"N","inputs":{"one":"{{{first}}}"},"_meta":{"title":"[t]"} },"2":{"class_type":"Save","inputs":{"images":["1",0]} } }
            """,
            $$$"""
            {"N":{"input":{"required":{"one":[ [{{{options}}}],{}] } },"output":["IMAGE"] },
             "Save":{"input":{"required":{"images":["IMAGE"]} },"output":[],"output_node":true} }
            """);
        var body = $$$"""{"t":{"one":"{{{value}}}"} }""";
        return Assert.Single(Assert.IsType<Binding.Invalid>(ValueBinderTests.Bind(workflow, body)).Faults).Detail;
    }

    private static Workflow Read(string prompt, string catalog) =>
        Workflow.Check(JsonElement.Parse(prompt), NodeCatalog.Read(Encoding.UTF8.GetBytes(catalog))) switch
        {
            WorkflowCheck.Valid valid => valid.Workflow,
            var check => throw new InvalidOperationException(string.Join("; ", ((WorkflowCheck.Invalid)check).Faults)),
        };
}
