using ComfyFunc.Prompts;
using ComfyFunc.Workflows;

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

    [Fact]
    public void A_file_that_the_host_has_is_a_plain_value() => Assert.Empty(Files("\"example.png\""));

    [Fact]
    public void An_array_is_a_batch_in_its_order()
    {
        var bound = Assert.IsType<Binding.Valid>(ValueBinderTests.Bind(Upload, $$$"""{"input":{"image":["{{{Encoded}}}",{"content":"{{{Encoded}}}"}]}}"""));
        Assert.Equal([0, 1], Assert.Single(bound.Values.Assignments).Files);
        Assert.Equal(["/input/image/0", "/input/image/1/content"], bound.Files.Select(f => f.Pointer));
    }

    [Theory]
    [InlineData("\"nope.png\"", "/input/image", "invalid_input")]
    [InlineData("7", "/input/image", "invalid_input")]
    [InlineData("[]", "/input/image", "invalid_input")]
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
        Assert.Contains(faults, f => f.Pointer == pointer && f.Code == code);
    }

    private static System.Collections.Immutable.ImmutableArray<CallFile> Files(string value) =>
        Assert.IsType<Binding.Valid>(ValueBinderTests.Bind(Upload, $$$"""{"input":{"image":{{{value.Replace("BASE64", Encoded, StringComparison.Ordinal)}}}}}""")).Files;
}
