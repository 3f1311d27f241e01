using System.Text;
using ComfyFunc.Engine;

namespace ComfyFunc.Tests.Engine;

public class StrictJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"a":2}""", "An object has the same key twice.")]
    [InlineData("""[{"x":{"a":1,"b":2,"a":3}}]""", "An object has the same key twice.")]
    [InlineData("""{"a":1,"\u0061":2}""", "An object has the same key twice.")]
    [InlineData("""{"duplicate":}""", "The body is no JSON: something is wrong on line 1, at byte 14 of it.")]
    [InlineData("""{"a":1,"a":2,}""", "The body is no JSON: something is wrong on line 1, at byte 14 of it.")]
    [InlineData("", "The body is empty; a JSON object was expected.")]
    public void What_is_wrong_is_said(string text, string detail)
    {
        var malformed = Assert.IsType<StrictJson.Malformed>(StrictJson.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(new Fault(FaultCode.InvalidInput, detail, ""), malformed.Fault);
    }

    [Theory]
    [InlineData("""{"a":1,"A":2}""")]
    [InlineData("\uFEFF[]")]
    public void What_is_right_is_read(string text) =>
        Assert.IsType<StrictJson.Parsed>(StrictJson.Parse(Encoding.UTF8.GetBytes(text)));
}
