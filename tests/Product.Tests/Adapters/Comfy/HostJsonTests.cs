using System.Text;
using ComfyFunc.Adapters.Comfy;

namespace ComfyFunc.Tests.Adapters.Comfy;

public sealed class HostJsonTests
{
    [Theory]
    [InlineData("""{"a":NaN}""", """{"a":null}""")]
    [InlineData("""{"a":[Infinity,-Infinity,-1,NaN]}""", """{"a":[null,null,-1,null]}""")]
    [InlineData("""{"NaN":"NaN and -Infinity"}""", """{"NaN":"NaN and -Infinity"}""")]
    [InlineData("""{"a":"a \" NaN","b":NaN}""", """{"a":"a \" NaN","b":null}""")]
    [InlineData("""{"a":"x\\","b":NaN}""", """{"a":"x\\","b":null}""")]
    [InlineData("""["caf\udcc3\udca9.png"]""", """["caf\ufffd\ufffd.png"]""")]
    [InlineData("""["\ud83d\ude00","\uD83Dx","\ud83d\ud83d\ude00","\ude00"]""",
        """["\ud83d\ude00","\ufffdx","\ufffd\ud83d\ude00","\ufffd"]""")]
    [InlineData("""["\\udcff"]""", """["\\udcff"]""")]
    [InlineData("""{"\udcff":1}""", """{"\ufffd":1}""")]
    [InlineData("""{"a":1,"b":{"c":1,"c":2},"a":3}""", """{"a":3,"b":{"c":2}}""")]
    [InlineData("\uFEFF[1]", "[1]")]
    [InlineData(""" {"big":1e999,"long":123456789012345678901234567890} """, """ {"big":1e999,"long":123456789012345678901234567890} """)]
    public void What_Python_writes_is_read_as_JSON(string written, string json) =>
        Assert.Equal(json,
            Encoding.UTF8.GetString(Assert.IsType<HostJson.Readable>(HostJson.Read(Encoding.UTF8.GetBytes(written), "/x")).Json.Span));

    [Theory]
    [InlineData(new byte[] { (byte)'[', (byte)'"', (byte)'a', 0xFF, (byte)'b', (byte)'"', (byte)']' }, "a\uFFFDb")]
    [InlineData(new byte[] { (byte)'[', (byte)'"', 0xC3, (byte)'"', (byte)']' }, "\uFFFD")]
    [InlineData(new byte[] { (byte)'[', (byte)'"', 0xED, 0xA0, 0x80, (byte)'"', (byte)']' }, "\uFFFD\uFFFD\uFFFD")]
    [InlineData(new byte[] { (byte)'[', (byte)'"', 0xC3, 0xBC, 0xE2, 0x82, (byte)'"', (byte)']' }, "ü\uFFFD")]
    public void Bytes_that_are_no_UTF8_are_replaced(byte[] written, string text) =>
        Assert.Equal(text, Assert.IsType<HostJson.Readable>(HostJson.Read(written, "/x")).Root[0].GetString());

    [Fact]
    public void What_needs_nothing_is_not_copied()
    {
        var written = Encoding.UTF8.GetBytes("""{"a":"ü \u00fc","b":[1.5,null]}""");
        Assert.True(HostJson.Repair(written).Span == written);
    }

    [Theory]
    [InlineData("<html><body>Sign in</body></html>", "HTML")]
    [InlineData("  \r\n<!DOCTYPE html>", "HTML")]
    [InlineData("", "nothing")]
    [InlineData(" \n", "nothing")]
    [InlineData("""{"a":[1,""", "breaks off")]
    [InlineData("""{"a":"b""", "breaks off")]
    [InlineData("500 Internal Server Error", "no JSON")]
    [InlineData("[1] 2", "no JSON")]
    public void What_is_no_JSON_is_said_as_such(string written, string why)
    {
        var detail = Assert.IsType<HostJson.Unreadable>(HostJson.Read(Encoding.UTF8.GetBytes(written), "/queue")).Detail;
        Assert.Contains(why, detail, StringComparison.Ordinal);
        Assert.Contains("/queue", detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_has_an_end()
    {
        Assert.IsType<HostJson.Readable>(HostJson.Read(Nested(256), "/x"));
        Assert.Contains("nested", Assert.IsType<HostJson.Unreadable>(HostJson.Read(Nested(257), "/x")).Detail, StringComparison.Ordinal);
        Assert.IsType<HostJson.Unreadable>(HostJson.Read(Nested(1_000_000), "/x"));

        static byte[] Nested(int levels) => Encoding.UTF8.GetBytes(new string('[', levels) + new string(']', levels));
    }

    [Fact]
    public void A_large_answer_with_many_odd_bytes_takes_no_time()
    {
        var written = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("\"é a\\udcff\",NaN", 200_000))}]");
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.Equal(400_000, Assert.IsType<HostJson.Readable>(HostJson.Read(written, "/x")).Root.GetArrayLength());
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20)); // Quadratic would be minutes.
    }
}
