using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Secrets;

namespace ComfyFunc.Tests.Server;

public class ExtraDataReaderTests
{
    private static readonly Contract Plain = new([], []);

    [Theory]
    [InlineData("""{"a":{"b":1},"extra_data":{"api_key_comfy_org":"k"}}""", """{"a":{"b":1}}""", """{"api_key_comfy_org":"k"}""")]
    [InlineData("""{"extra_data":null}""", "{}", null)]
    [InlineData("""{"a":1}""", """{"a":1}""", null)]
    [InlineData("""[1]""", "[1]", null)]
    [InlineData("""{"extra_data":{"extra_pnginfo":{"x":1}}}""", "{}", """{"extra_pnginfo":{"x":1}}""")]
    public void It_is_taken_out_of_a_call(string body, string rest, string? given)
    {
        var extra = ExtraDataReader.Split(JsonElement.Parse(body), Plain);
        Assert.Equal((rest, given, null), (extra.Rest.GetRawText(), extra.Given, extra.Fault));
    }

    [Theory]
    [InlineData("""{"extra_data":5}""", "/extra_data")]
    [InlineData("""{"extra_data":[]}""", "/extra_data")]
    [InlineData("""{"extra_data":{"client_id":"swordfish"}}""", "/extra_data/client_id")]
    public void What_it_cannot_be_is_refused(string body, string pointer)
    {
        var fault = ExtraDataReader.Split(JsonElement.Parse(body), Plain).Fault;
        Assert.Equal((FaultCode.InvalidInput, pointer), (fault?.Code, fault?.Pointer));
        Assert.DoesNotContain("swordfish", fault!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void It_has_16_KiB_at_most()
    {
        Assert.Null(Of(16 * 1024).Fault);
        Assert.Equal("/extra_data", Of((16 * 1024) + 1).Fault?.Pointer);
        Assert.Equal("/extra_data", Of(16 * 1024, 'ä').Fault?.Pointer); // Each is two bytes.

        static Extra Of(int letters, char letter = 'x') =>
            ExtraDataReader.Split(
                JsonElement.Parse($$$"""{"extra_data":{"k":"{{{new string(letter, letters - """{"k":""}""".Length)}}}"}}"""), Plain);
    }

    [Fact]
    public void A_tag_of_that_name_is_a_tag()
    {
        var body = JsonElement.Parse("""{"extra_data":{"text":"a lake"}}""");
        var extra = ExtraDataReader.Split(body, new([new("Extra_Data", [], CanBypass: false, [])], []));
        Assert.Equal((body.GetRawText(), null, null), (extra.Rest.GetRawText(), extra.Given, extra.Fault));
    }

    [Theory]
    [InlineData("""{"prompt":{"1":{"class_type":"A"}},"extra_data":{"api_key_comfy_org":"k","extra_pnginfo":{"workflow":{}}}}""",
        """{"api_key_comfy_org":"k"}""")]
    [InlineData("""{"prompt":{"1":{"class_type":"A"}},"extra_data":{"extra_pnginfo":{"workflow":{}}}}""", null)]
    [InlineData("""{"prompt":{"1":{"class_type":"A"}},"extra_data":null}""", null)]
    [InlineData("""{"extra_data":{"class_type":"A","inputs":{}}}""", null)]
    [InlineData("""{"prompt":{"class_type":"A"},"extra_data":{"class_type":"B"}}""", null)]
    public void Of_a_saved_document_it_is_what_the_editor_did_not_put_there(string document, string? given)
    {
        var extra = ExtraDataReader.OfDocument(EnvelopeOf(document));
        Assert.Equal((given, null), (extra.Given, extra.Fault));
    }

    [Fact]
    public void What_the_editor_put_there_may_be_large() =>
        Assert.Null(ExtraDataReader.OfDocument(EnvelopeOf(
            $$$$"""{"prompt":{"1":{"class_type":"A"}},"extra_data":{"extra_pnginfo":{"x":"{{{{new string('x', 100_000)}}}}"}}}""")).Fault);

    private static JsonElement? EnvelopeOf(string document) => SavedDocument.Read(JsonElement.Parse(document)).Document?.Envelope;

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("""{"a":1}""", null, """{"a":1}""")]
    [InlineData(null, """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1,"b":1}""", """{"b":{"c":2},"d":null}""", """{"a":1,"b":{"c":2},"d":null}""")]
    public void A_call_goes_over_its_workflow(string? under, string? over, string? merged) =>
        Assert.Equal(merged, ExtraDataReader.Merge(under, over));
}
