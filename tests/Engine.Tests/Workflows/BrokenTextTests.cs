using System.Text;
using ComfyFunc.Engine;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Workflows;

public class BrokenTextTests
{
    // A character between U+0080 and U+00FF stands for that byte, so that bodies can be written down that are no UTF-8.
    [Theory]
    [InlineData("""{"positive":{"text":"a cat \ud83d"}}""", "/positive/text")]
    [InlineData("""{"positive":{"text":"\udc00 a cat"}}""", "/positive/text")]
    [InlineData("""{"a":["fine",{"b":"\uD83D\u0041"}]}""", "/a/1/b")]
    [InlineData("""{"a":"\ud83d\ud83d\ude00"}""", "/a")]
    [InlineData("""{"a/~\ud83d":1}""", "/a~1~0\uFFFD")]
    [InlineData("""{"a\n\ud83d":{"b":1}}""", "/a\n\uFFFD")]
    [InlineData("\"\\udfff\"", "")]
    [InlineData("[[],[1,\"\\udabc\"]]", "/1/1")]
    [InlineData("{\"a\":\"\u00ff\"}", "/a")]
    [InlineData("{\"a\u00c3\":1}", "/a\uFFFD")]
    [InlineData("{\"a\":[\"\\n\u00ed\u00a0\u0080\"]}", "/a/0")]
    public void Text_that_is_none_is_refused_at_its_place(string body, string pointer)
    {
        var fault = Assert.IsType<StrictJson.Malformed>(StrictJson.Parse(Encoding.Latin1.GetBytes(body))).Fault;
        Assert.Equal((FaultCode.InvalidInput, pointer), (fault.Code, fault.Pointer));
        Assert.DoesNotContain("no JSON", fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":"\ud83d\ude00 and \uD83D\uDE00"}""")]
    [InlineData("""{"a":"C:\\ud83d\\ude00"}""")]
    [InlineData("""{"\ud83d\ude00":"\/9j\/"}""")]
    [InlineData("""{"a":"\u0000\ufffd\uffff"}""")]
    public void Text_that_only_looks_broken_is_taken(string body) =>
        Assert.IsType<StrictJson.Parsed>(StrictJson.Parse(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"a":1 "b":"\ud83d"}""")]
    [InlineData("{\"a\":\u00ff}")]
    [InlineData("""{"a":"\ud83""")]
    [InlineData("""{"a":"\uD8"}""")]
    public void What_is_no_JSON_is_said_to_be_none(string body)
    {
        var fault = Assert.IsType<StrictJson.Malformed>(StrictJson.Parse(Encoding.Latin1.GetBytes(body))).Fault;
        Assert.Contains("no JSON", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_was_taken_can_be_read_and_written() => Gen.Select(Gen.Byte.Array[0, 30], Gen.Bool).Sample((noise, escapes) =>
    {
        var text = escapes
            ? Encoding.ASCII.GetBytes(
                $"{{\"k\":\"\\ud{noise.Length % 16:x}{noise.FirstOrDefault():x2}\\ud{noise.LastOrDefault() % 16:x}00\"}}")
                    : [.. "{\"k\":\""u8, .. noise, .. "\"}"u8];
        if (StrictJson.Parse(text) is StrictJson.Parsed { Root: var root })
        {
            var member = root.EnumerateObject().FirstOrDefault();
            Assert.NotNull(System.Text.Json.JsonSerializer.Serialize(member.Value.ToString()));
        }
    });
}
