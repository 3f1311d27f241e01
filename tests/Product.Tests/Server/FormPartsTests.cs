using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Calls;

namespace ComfyFunc.Tests.Server;

public class FormPartsTests
{
    private static readonly Contract Contract = new(
        [
            Tag("sampler", new() { Name = "seed", Type = "INT" }, new() { Name = "cfg", Type = "FLOAT" },
                new() { Name = "tiled", Type = "BOOLEAN" }, new() { Name = "mode", Type = "ENUM", Options = [Json("1"), Json("\"two\"")] }),
            Tag("a.b", new ContractInput { Name = "text", Type = "STRING" }),
            Tag("a", new() { Name = "b.text", Type = "STRING" }, new() { Name = "b.other", Type = "INT" }),
            Tag("photo", new() { Name = "image", Type = "FILE", Upload = "image" }, new() { Name = "strength", Type = "FLOAT" }),
            Tag("pair", new() { Name = "one", Type = "FILE", Upload = "image" }, new() { Name = "two", Type = "FILE", Upload = "mask" }),
        ],
        []);

    [Theory]
    [InlineData("sampler.seed", "5", """{"sampler":{"seed":5}}""")]
    [InlineData(" Sampler . SEED ", "5", """{" Sampler ":{" SEED ":5}}""")]
    [InlineData("sampler.seed", "18446744073709551615", """{"sampler":{"seed":18446744073709551615}}""")]
    [InlineData("sampler.seed", "random", """{"sampler":{"seed":"random"}}""")]
    [InlineData("sampler.seed", "", """{"sampler":{"seed":""}}""")]
    [InlineData("sampler.seed", "true", """{"sampler":{"seed":"true"}}""")]
    [InlineData("sampler.cfg", "7.5", """{"sampler":{"cfg":7.5}}""")]
    [InlineData("sampler.cfg", "[1]", """{"sampler":{"cfg":"[1]"}}""")]
    [InlineData("sampler.tiled", "TRUE", """{"sampler":{"tiled":true}}""")]
    [InlineData("sampler.tiled", "false", """{"sampler":{"tiled":false}}""")]
    [InlineData("sampler.tiled", "on", """{"sampler":{"tiled":"on"}}""")]
    [InlineData("sampler.mode", "1", """{"sampler":{"mode":1}}""")]
    [InlineData("sampler.mode", "two", """{"sampler":{"mode":"two"}}""")]
    [InlineData("sampler.mode", "3", """{"sampler":{"mode":"3"}}""")]
    [InlineData("sampler", "false", """{"sampler":false}""")]
    [InlineData("a.b.text", "5", """{"a.b":{"text":"5"}}""")]
    [InlineData("a.b.other", "5", """{"a":{"b.other":5}}""")]
    [InlineData("nobody.x", "5", """{"nobody":{"x":"5"}}""")]
    [InlineData("photo.image", "https://example.org/x.png", """{"photo":{"image":"https://example.org/x.png"}}""")]
    public void A_text_is_what_the_contract_says(string name, string text, string body) =>
        Assert.Equal(body, Filled("{}", new FormPart(name, text)).Body);

    [Fact]
    public void Json_is_taken_as_it_is() =>
        Assert.Equal("""{"sampler":{"seed":"5"}}""", Filled("{}", new FormPart("sampler.seed", "\"5\"", IsJson: true)).Body);

    [Fact]
    public void A_file_stands_where_it_belongs_and_several_are_a_list()
    {
        var (one, _) = Filled("{}", new FormPart("photo", FileName: "a.png", Upload: "u1"), new FormPart("photo.strength", "0.5"));
        var (two, _) = Filled("""{"photo":{"strength":1}}""", new FormPart("photo.image", FileName: "a.png", Upload: "u1"),
            new FormPart("photo", FileName: "b.png", Upload: "u2"));

        Assert.Equal("""{"photo":{"image":{"type":"file","name":"a.png","url":"u1"},"strength":0.5}}""", one);
        Assert.Equal(
            """{"photo":{"strength":1,"image":[{"type":"file","name":"a.png","url":"u1"},{"type":"file","name":"b.png","url":"u2"}]}}""",
            two);
    }

    [Theory]
    [InlineData("{}", "sampler", "no", "/sampler")]
    [InlineData("{}", "nobody", "5", "/nobody")]
    [InlineData("{}", "pair", null, "/pair")]
    [InlineData("{}", "sampler", null, "/sampler")]
    [InlineData("{}", "sampler. ", "5", "/sampler. ")]
    [InlineData("""{"Sampler":{"SEED":1}}""", "sampler.seed", "5", "/sampler/seed")]
    [InlineData("""{"sampler":false}""", "sampler.seed", "5", "/sampler")]
    public void What_has_no_place_or_two_is_refused(string body, string name, string? text, string pointer) =>
        Assert.Equal([pointer],
            Filled(body, new FormPart(name, text, FileName: text is null ? "x.png" : null)).Faults.Select(f => f.Pointer));

    private static (string Body, ImmutableArray<Fault> Faults) Filled(string body, params ImmutableArray<FormPart> parts)
    {
        var (filled, faults) = FormParts.Fill(Json(body), parts, Contract);
        return (filled.GetRawText(), faults);
    }

    private static ContractTag Tag(string name, params ImmutableArray<ContractInput> inputs) =>
        new(name, [new("1", "Node")], CanBypass: true, inputs);

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
