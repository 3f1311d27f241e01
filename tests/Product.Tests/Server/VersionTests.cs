using System.Xml.Linq;
using ComfyFunc.Adapters;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Api.Description;

namespace ComfyFunc.Tests.Server;

/// <summary>A release has one number, wherever it is asked for.</summary>
public class VersionTests
{
    private static string Number =>
        XDocument.Load(Path.Combine(TestFolders.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact]
    public void The_program_and_its_changes_have_the_number_of_the_build()
    {
        Assert.Equal(Number, Product.Version);
        Assert.Equal($"ComfyFunc/{Number}", Product.UserAgent);
        Assert.Contains($"\n## {Number} - ", File.ReadAllText(Path.Combine(TestFolders.Root, "CHANGELOG.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_says_it()
    {
        await using var rig = new ServerRig();
        var (_, body) = await rig.AnswerAsync(await HealthEndpoints.HealthAsync());
        Assert.Equal(Number, (string)body["version"]!);
    }

    [Fact]
    public void The_description_says_it() => Assert.Equal(Number, ApiDescription.Of([], "http://localhost").Info.Version);

    [Fact]
    public async Task Hosts_are_told_it()
    {
        await using var rig = new ServerRig();
        using var http = rig.Get<IHttpClientFactory>().CreateClient(ComfyFunc.Adapters.Comfy.ComfyRegistration.HttpClientName);
        Assert.Equal(Product.UserAgent, http.DefaultRequestHeaders.UserAgent.ToString());
    }
}
