using System.Text;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>JSON as Python reads and writes it.</summary>
public sealed class PyJsonTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("[true, false]")]
    [InlineData("""{"a": {"b": []}, "c": {}}""")]
    [InlineData("[0, -1, 1.5, -0.5, 1e+300, 123456789012345678901234567890, 18446744073709551615]")]
    [InlineData("[NaN, Infinity, -Infinity]")]
    [InlineData("""["\udcff", "\ud83d\ude00", "\"\\\n\r\t\b\f/"]""")]
    public void What_is_read_is_written_again(string json) => Assert.Equal(json, PyJson.Dumps(PyJson.Parse(json)));

    [Theory]
    [InlineData("\"\\u00e9\"", "\"é\"")]
    [InlineData("[1, 2.0, \"/\"]", " [ 1 ,\t2.0,\n\"\\/\" ] ")]
    [InlineData("""{"a": 2}""", """{"a":1,"a":2}""")]
    [InlineData("100.0", "1e2")]
    public void Other_spellings_mean_the_same(string json, string spelt) => Assert.Equal(json, PyJson.Dumps(PyJson.Parse(spelt)));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("[1 2]")]
    [InlineData("{\"a\"}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("\"a")]
    [InlineData("\"\n\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData("1e")]
    [InlineData("nul")]
    [InlineData("nan")]
    [InlineData("1 1")]
    [InlineData("\uFEFF1")]
    public void What_Python_refuses_is_refused(string json) => Assert.Throws<System.Text.Json.JsonException>(() => PyJson.Parse(json));

    [Fact]
    public void Bytes_that_are_no_text_and_depths_without_end_are_refused()
    {
        Assert.Throws<System.Text.Json.JsonException>(() => PyJson.Parse([(byte)'"', 0xFF, (byte)'"']));
        Assert.Throws<System.Text.Json.JsonException>(() => PyJson.Parse(Encoding.ASCII.GetBytes(new string('[', 100_000))));
    }
}
