using System.Text.Json;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Tests.Server;

public class KeptGraphTests
{
    private const string Bare = """{"nodes":[],"links":[]}""";

    [Theory]
    [InlineData("""{"nodes":[],"links":[],"extra":{}}""")]
    [InlineData("""{"nodes":[],"links":[],"extra":{"ds":{"scale":2}}}""")]
    [InlineData("""{"nodes":[],"links":[],"extra":{"comfyfunc":{"name":"w"}}}""")]
    [InlineData("""{"nodes":[],"links":[],"extra":{"comfyfunc":{"name":"w","version":3,"hash":"x"},"ds":null}}""")]
    [InlineData("""{ "nodes" : [ ], "links" : [ ] }""")]
    public void Neither_the_window_nor_the_name_it_is_published_under_is_content(string graph) => Assert.Equal(HashOf(Bare), HashOf(graph));

    [Theory]
    [InlineData("""{"nodes":[],"links":[],"extra":{"other":1}}""")]
    [InlineData("""{"nodes":[],"links":[],"extra":null}""")]
    [InlineData("""{"nodes":[],"links":[],"ds":1}""")]
    [InlineData("""{"nodes":[{"comfyfunc":1}],"links":[]}""")]
    public void All_else_is(string graph) => Assert.NotEqual(HashOf(Bare), HashOf(graph));

    [Fact]
    public void A_graph_is_kept_whole()
    {
        const string Whole = """{"nodes":[],"extra":{"ds":{"scale":2},"comfyfunc":{"name":"w"}}}""";
        Assert.Equal(Whole, System.Text.Encoding.UTF8.GetString(KeptGraph.Of(JsonElement.Parse(Whole)).Json.Span));
    }

    private static string HashOf(string graph) => KeptGraph.Of(JsonElement.Parse(graph)).Hash;
}
