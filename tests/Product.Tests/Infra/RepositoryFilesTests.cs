using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ComfyFunc.Tests.Infra;

/// <summary>What other programs read of the repository: workflows of GitHub, azd's file, the devcontainer.</summary>
public partial class RepositoryFilesTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip };

    private static readonly string[] Names =
        [.. Directory.EnumerateFiles(At(".github", "workflows"), "*.yml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Workflows { get; } = [.. Names];

    [Fact]
    public void There_are_workflows_that_check_deploy_and_build_images() => Assert.Equal(["ci.yml", "deploy.yml", "images.yml"], Names);

    [Theory, MemberData(nameof(Workflows))]
    public void A_workflow_may_read_and_no_more_unless_a_job_says_so(string file)
    {
        var permissions = Assert.IsType<YamlMappingNode>(Workflow(file)["permissions"]);
        Assert.Equal([("contents", "read")], permissions.Select(p => ($"{p.Key}", $"{p.Value}")));
        Assert.DoesNotContain("pull_request_target", Text(file), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Workflows))]
    public void Actions_are_pinned_by_commit_and_say_which_release_that_is(string file)
    {
        var uses = Uses.Matches(Text(file)).Select(m => m.Groups[1].Value.Trim()).ToArray();
        Assert.NotEmpty(uses);
        Assert.All(uses, u => Assert.Matches(@"^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", u));
    }

    [Fact]
    public void An_action_is_of_one_release_everywhere() => Assert.All(
        Names.SelectMany(w => Uses.Matches(Text(w))).Select(m => m.Groups[1].Value.Trim().Split('@')).GroupBy(u => u[0]),
        a => Assert.Single(a.Select(u => u[1]).Distinct()));

    [Theory, MemberData(nameof(Workflows))]
    public void What_comes_from_outside_stands_in_no_script(string file) => Assert.All(
        Steps(file).Select(RunOf),
        run => Assert.DoesNotContain("${{", run, StringComparison.Ordinal));

    [Theory, MemberData(nameof(Workflows))]
    public void Scripts_that_are_run_are_there(string file)
    {
        foreach (var script in Steps(file).SelectMany(s => Script.Matches(RunOf(s))).Select(m => m.Value))
        {
            Assert.True(File.Exists(At(script.Split('/'))), $"{file} runs {script}.");
        }
    }

    [Fact]
    public void Azure_is_entered_by_the_workflows_own_token()
    {
        Assert.DoesNotMatch("(?i)AZURE_CREDENTIALS|client-secret|creds:|publish-profile", Text("deploy.yml"));
        var job = (YamlMappingNode)Workflow("deploy.yml")["jobs"]["deploy"];
        Assert.Equal("write", $"{job["permissions"]["id-token"]}");
        Assert.NotNull(job["environment"]);
        var runs = string.Join('\n', Steps("deploy.yml").Select(RunOf));
        string[] order = ["scripts/package", "what-if", "deployment group create", "config-zip", "scripts/smoke.py"];
        Assert.Equal(order, order.OrderBy(o => runs.IndexOf(o, StringComparison.Ordinal)));
        Assert.All(order, o => Assert.Contains(o, runs, StringComparison.Ordinal));
    }

    [Fact]
    public void Azd_finds_the_app_and_the_infrastructure()
    {
        var azd = Parse(At("azure.yaml"));
        var service = azd["services"]["api"];
        Assert.Equal(("dotnet", "function"), ($"{service["language"]}", $"{service["host"]}"));
        Assert.Single(Directory.EnumerateFiles(At($"{service["project"]}".Split('/')), "*.csproj"));
        Assert.True(File.Exists(At($"{azd["infra"]["path"]}", $"{azd["infra"]["module"]}.bicepparam")));
    }

    [Fact]
    public void The_devcontainer_brings_what_the_pages_ask_for()
    {
        using var container = JsonDocument.Parse(File.ReadAllText(At(".devcontainer", "devcontainer.json")), Lenient);
        var text = container.RootElement.GetRawText();
        Assert.EndsWith($"dotnet:{Environment.Version.ToString(2)}", container.RootElement.GetProperty("image").GetString(),
            StringComparison.Ordinal);
        Assert.All(["azure-dev/azd", "azure-cli", "features/node", "azure-functions-core-tools@4", "azurite", "python3-aiohttp"],
            tool => Assert.Contains(tool, text, StringComparison.Ordinal));
    }

    private static string At(params string[] path) => Path.Combine([TestFolders.Root, .. path]);

    private static string Text(string workflow) => File.ReadAllText(At(".github", "workflows", workflow));

    private static YamlMappingNode Workflow(string file) => Parse(At(".github", "workflows", file));

    private static IEnumerable<YamlMappingNode> Steps(string workflow) =>
        ((YamlMappingNode)Workflow(workflow)["jobs"]).SelectMany(j => (YamlSequenceNode)j.Value["steps"]).Cast<YamlMappingNode>();

    private static string RunOf(YamlMappingNode step) => step.Children.TryGetValue("run", out var run) ? $"{run}" : "";

    private static YamlMappingNode Parse(string path)
    {
        var stream = new YamlStream();
        using var text = File.OpenText(path);
        stream.Load(text);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    [GeneratedRegex(@"uses: (.+)")]
    private static partial Regex Uses { get; }

    [GeneratedRegex(@"(?<![\w/])(\.ci|scripts)/[\w.-]+")]
    private static partial Regex Script { get; }
}
