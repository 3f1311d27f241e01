using System.Text;
using System.Text.Json;
using ComfyFunc.Adapters.Comfy;

namespace ComfyFunc.Tests.Adapters.Comfy;

public sealed class OutputItemTests
{
    [Theory]
    [InlineData("""{"filename":"a.png","subfolder":"x","type":"output"}""", true)]
    [InlineData("""{"filename":"图.png"}""", true)]
    [InlineData("""{"filename":"a\udcff.png","subfolder":"","type":"output"}""", false)]
    [InlineData("""{"filename":"a.png","subfolder":"\udcff","type":"output"}""", false)]
    [InlineData("""{"filename":"../a.png"}""", false)]
    [InlineData("""{"filename":"x\\a.png"}""", false)]
    [InlineData("""{"filename":""}""", false)]
    [InlineData("""{"filename":".."}""", false)]
    [InlineData("""{"filename":5}""", false)]
    [InlineData("""{"filename":"a\u0000.png"}""", false)]
    [InlineData("""{"filename":"a.png","type":"elsewhere"}""", false)]
    [InlineData("""{"value":NaN}""", false)]
    public void A_name_that_no_host_opens_is_kept_as_it_came(string item, bool isFile)
    {
        var read = Assert.Single(OutputItem.ReadAll(Root($$"""{"images":[{{item}}]}""")));
        Assert.Equal(isFile, read is OutputFile);
        Assert.Equal(!isFile, read is OutputJson);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"words\"")]
    [InlineData("""{"images":null,"animated":5}""")]
    [InlineData("""{"images":[null]}""")]
    public void What_holds_nothing_is_nothing(string output) => Assert.Empty(OutputItem.ReadAll(Root(output)));

    private static JsonElement Root(string json) =>
        Assert.IsType<HostJson.Readable>(HostJson.Read(Encoding.UTF8.GetBytes(json), "/history")).Root;
}
