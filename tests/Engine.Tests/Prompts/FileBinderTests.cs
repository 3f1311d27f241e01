using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Prompts;

public class FileBinderTests
{
    private static readonly Workflow Upload = SmallCatalog.Read("""
        {"1":{"class_type":"Open","inputs":{"image":"example.png"},"_meta":{"title":"[input]"}},"2":{"class_type":"Save","inputs":{"images":["1",0],"prefix":"p"}}}
        """);

    private static readonly string Encoded = Convert.ToBase64String(new byte[90]);

    [Theory]
    [InlineData("\"data:image/png;base64,BASE64\"", "image/png")]
    [InlineData("\"BASE64\"", null)]
    [InlineData("""{"type":"file","content":"BASE64","name":"a.png"}""", null)]
    [InlineData("""{"type":"file","url":"BASE64"}""", null)]
    [InlineData("""{"type":"file","url":null,"content":"BASE64","name":null}""", null)]
    [InlineData("""{"type":null,"url":"BASE64","content":null}""", null)]
    public void Bytes_are_taken_wherever_they_stand(string value, string? contentType)
    {
        var file = Assert.Single(Files(value));
        var bytes = Assert.IsType<FileSource.Bytes>(file.Source);
        Assert.Equal((90, contentType, "image"), (bytes.Content.Length, bytes.ContentType, file.Upload));
    }

    [Theory]
    [InlineData("\"https://example.org/a.png\"", "/input/image")]
    [InlineData("""{"type":"file","url":"https://example.org/a.png"}""", "/input/image/url")]
    [InlineData("""{"type":"file","content":"https://example.org/a.png"}""", "/input/image/content")]
    public void A_url_is_told_by_what_it_is(string value, string pointer)
    {
        var file = Assert.Single(Files(value));
        Assert.Equal("https://example.org/a.png", Assert.IsType<FileSource.Url>(file.Source).Address.AbsoluteUri);
        Assert.Equal(pointer, file.Pointer);
    }

    [Theory]
    [InlineData("run:01ARZ3NDEKTSV4RRFFQ69G5FAV/picture/0", "picture", 0, "")]
    [InlineData("run:01arz3ndektsv4rrffq69g5fav/a/b c/12", "a/b c", 12, "")]
    [InlineData("/api/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV/outputs/picture/1", "picture", 1, "")]
    [InlineData("/api/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV/outputs/a%2Fb%20c%25/0?format=webp&width=256", "a/b c%", 0, "?format=webp&width=256")]
    [InlineData("/API/Runs/01ARZ3NDEKTSV4RRFFQ69G5FAV/Outputs/outputs/0#top", "outputs", 0, "")]
    public void An_output_of_an_earlier_run_is_named_or_linked(string text, string tag, int index, string query)
    {
        var expected = new FileSource.RunOutput(new("01ARZ3NDEKTSV4RRFFQ69G5FAV"), tag, index, query);
        Assert.Equal(expected, Assert.Single(Files($"\"{text}\"")).Source);
        Assert.Equal(expected, Assert.Single(Files($$"""{"type":"file","url":"{{text}}"}""")).Source);
    }

    [Fact]
    public void Nodes_that_share_a_tag_share_the_file_and_a_name_must_be_known_to_each()
    {
        var catalog = NodeCatalog.Read("""
            {
              "Open":{"input":{"required":{"image":[["a.png","b.png"],{"image_upload":true}]}},"output":["IMAGE","MASK"]},"Mask":{"input":{"required":{"image":[["a.png"],{"image_upload":true}]}},"output":["MASK"]},
              "Save":{"input":{"required":{"images":["*"]}},"output":[],"output_node":true}
            }
            """u8.ToArray());
        var shared = Assert.IsType<WorkflowCheck.Valid>(Workflow.Check(
            System.Text.Json.JsonElement.Parse("""
                {"1":{"class_type":"Open","inputs":{"image":"a.png"},"_meta":{"title":"[input]"}},"2":{"class_type":"Mask","inputs":{"image":"a.png"},"_meta":{"title":"[input]"}},
                 "3":{"class_type":"Save","inputs":{"images":["1",0]}},"4":{"class_type":"Save","inputs":{"images":["2",0]}}}
                """),
            catalog)).Workflow;
        var sent = Assert.IsType<Binding.Valid>(ValueBinderTests.Bind(shared, $$$"""{"input":{"image":"{{{Encoded}}}"}}"""));
        var known = Assert.IsType<Binding.Valid>(ValueBinderTests.Bind(shared, """{"input":{"image":"a.png"}}"""));
        var fault = Assert.Single(Assert.IsType<Binding.Invalid>(ValueBinderTests.Bind(shared, """{"input":{"image":"b.png"}}""")).Faults);

        Assert.Single(sent.Files);
        Assert.Equal(["1", "2"], sent.Values.Assignments.Select(a => a.Node));
        Assert.All(known.Values.Assignments, a => Assert.Equal("a.png", a.Value!.Value.GetString()));
        Assert.Contains("node 2 (Mask", fault.Detail, StringComparison.Ordinal);
        Assert.IsType<Binding.Invalid>(ValueBinderTests.Bind(shared, $$$"""{"input":{"image":["{{{Encoded}}}"]}}"""));
    }

    [Fact]
    public void A_file_that_the_host_has_is_a_plain_value() => Assert.Empty(Files("\"example.png\""));

    [Fact]
    public void An_array_is_a_batch_in_its_order()
    {
        var bound = Assert.IsType<Binding.Valid>(
            ValueBinderTests.Bind(Upload, $$$"""{"input":{"image":["{{{Encoded}}}",{"content":"{{{Encoded}}}"}]}}"""));
        Assert.Equal([0, 1], Assert.Single(bound.Values.Assignments).Files);
        Assert.Equal(["/input/image/0", "/input/image/1/content"], bound.Files.Select(f => f.Pointer));
    }

    [Theory]
    [InlineData("\"nope.png\"", "/input/image", "invalid_input")]
    [InlineData("7", "/input/image", "invalid_input")]
    [InlineData("[]", "/input/image", "invalid_input")]
    [InlineData("""["BASE64",null]""", "/input/image/1", "invalid_input")]
    [InlineData("""{"url":null,"content":null}""", "/input/image", "invalid_input")]
    [InlineData("""{"url":"BASE64","content":"BASE64"}""", "/input/image", "invalid_input")]
    [InlineData("""{"type":5,"content":"BASE64"}""", "/input/image/type", "invalid_input")]
    [InlineData("""{"content":"BASE64","name":5}""", "/input/image/name", "invalid_input")]
    [InlineData("\"run:01ARZ3NDEKTSV4RRFFQ69G5FAV/picture\"", "/input/image", "invalid_input")]
    [InlineData("\"run:01ARZ3NDEKTSV4RRFFQ69G5FAV/picture/-1\"", "/input/image", "invalid_input")]
    [InlineData("\"run:nobody/picture/0\"", "/input/image", "invalid_input")]
    [InlineData("\"/api/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV/outputs/0\"", "/input/image", "invalid_input")]
    [InlineData("""{"url":"/api/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV"}""", "/input/image/url", "invalid_input")]
    [InlineData("""["example.png","example.png","example.png","example.png"]""", "/input/image", "invalid_input")]
    [InlineData("""{"type":"file"}""", "/input/image", "invalid_input")]
    [InlineData("""{"type":"image","content":"BASE64"}""", "/input/image/type", "invalid_input")]
    [InlineData("""{"content":"***"}""", "/input/image/content", "invalid_input")]
    [InlineData("\"data:image/png,plain\"", "/input/image", "invalid_input")]
    [InlineData("""{"content":"LARGE"}""", "/input/image/content", "input_too_large")]
    public void What_is_no_file_is_refused(string value, string pointer, string code)
    {
        var body = $$$"""{"input":{"image":{{{value.Replace("BASE64", Encoded, StringComparison.Ordinal).Replace("LARGE", Convert.ToBase64String(new byte[400]), StringComparison.Ordinal)}}}}}""";
        var faults = Assert.IsType<Binding.Invalid>(ValueBinderTests.Bind(Upload, body)).Faults;
        Assert.Contains(faults, f => f.Pointer == pointer && f.Code.Name == code);
    }

    private static System.Collections.Immutable.ImmutableArray<CallFile> Files(string value) =>
        Assert.IsType<Binding.Valid>(
            ValueBinderTests.Bind(Upload,
                $$$"""{"input":{"image":{{{value.Replace("BASE64", Encoded, StringComparison.Ordinal)}}}}}""")).Files;
}
