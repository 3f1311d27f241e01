using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ComfyFunc.Tests.Infra;

/// <summary>How the infrastructure is written: what the linter says, what is described, what it is called from outside.</summary>
public partial class TemplateTests
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<JsonObject>>> Compiled = new(StringComparer.Ordinal);

    // What names all other files.
    private static readonly string[] Roots = ["main.bicep", "examples/hosts.bicep"];

    public static TheoryData<string> Templates { get; } = [.. Roots];

    [Fact]
    public void Each_file_is_reached_from_one_that_is_compiled()
    {
        var files = Bicep.Files.Where(f => f.EndsWith(".bicep", StringComparison.Ordinal)).ToArray();
        var texts = string.Concat(files.Select(f => File.ReadAllText(Path.Combine(Bicep.Folder, f))));
        Assert.All(files.Except(Roots), f => Assert.Contains($"'{f.Replace("modules/types", "types", StringComparison.Ordinal)}'", texts,
            StringComparison.Ordinal));
    }

    [Theory, InlineData("main.bicepparam"), InlineData("examples/hosts.bicep")]
    public async Task The_linter_has_nothing_to_say(string file)
    {
        var (code, said, complaints) = await Bicep.RunAsync(Bicep.Folder, Plan.Defaults, "lint", file);
        Assert.Equal((0, "", ""), (code, said.Trim(), complaints.Trim()));
    }

    [Fact]
    public void Every_rule_of_the_linter_is_an_error()
    {
        var rules = JsonNode.Parse(File.ReadAllText(Path.Combine(Bicep.Folder, "bicepconfig.json")))!
            ["analyzers"]!["core"]!["rules"]!.AsObject();
        Assert.True(rules.Count > 30);
        // That one asks a registry, of which nothing is used.
        Assert.Equal(["use-recent-module-versions"], rules.Where(r => (string)r.Value!["level"]! != "error").Select(r => r.Key));
    }

    [Fact]
    public async Task Each_file_is_formatted_as_Bicep_formats_it()
    {
        using var folder = new TemporaryFolder();
        Bicep.CopyTo(folder.FullName);
        var (code, said, complaints) = await Bicep.RunAsync(folder.FullName, Plan.Defaults, "format", "--pattern", "**/*.bicep");
        Assert.True(code == 0, $"{said}{complaints}");
        Assert.All(Bicep.Files, f => Assert.Equal(File.ReadAllText(Path.Combine(Bicep.Folder, f)),
            File.ReadAllText(Path.Combine(folder.FullName, f))));
    }

    [Theory, MemberData(nameof(Templates))]
    public async Task Parameters_and_outputs_are_described_and_none_is_secret(string file)
    {
        foreach (var template in Nested(await CompiledAsync(file)))
        {
            foreach (var kind in new[] { "parameters", "outputs" })
            {
                foreach (var (name, declared) in template[kind]?.AsObject() ?? new JsonObject())
                {
                    Assert.True((string?)declared!["metadata"]?["description"] is { Length: > 8 }, $"{kind} {name} has no description.");
                    Assert.DoesNotContain("secure", (string?)declared["type"] ?? "", StringComparison.OrdinalIgnoreCase);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Templates))]
    public async Task Nothing_asks_Azure_for_a_key(string file) =>
        Assert.DoesNotMatch(AskForKey, (await CompiledAsync(file)).ToJsonString());

    [Fact]
    public async Task Outputs_are_variables_of_azd()
    {
        var outputs = (await CompiledAsync("main.bicep"))["outputs"]!.AsObject().Select(o => o.Key).ToArray();
        Assert.All(outputs, o => Assert.Matches("^[A-Z][A-Z0-9_]+$", o));
        Assert.Contains("COMFYFUNC_URL", outputs);
    }

    [Fact]
    public async Task Each_parameter_is_a_variable_of_the_environment_and_on_the_page()
    {
        var parameters = (await CompiledAsync("main.bicep"))["parameters"]!.AsObject().Select(p => p.Key).Except(["location"]);
        var file = File.ReadAllText(Path.Combine(Bicep.Folder, "main.bicepparam"));
        var page = File.ReadAllText(Path.Combine(TestFolders.Root, "docs", "azure.md"));
        Assert.All(parameters, p => Assert.Matches($@"(?m)^param {p} = ", file));
        Assert.All(Variable.Matches(file).Select(m => m.Groups[1].Value), v => Assert.Contains($"`{v}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secrets_without_a_vault_are_refused_in_plain_words()
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => Plan.OfAsync(new()
        {
            ["VAULT_SETTINGS"] = """{"ComfyFunc__SecretsKey":"secrets-key"}""",
        }));
        Assert.Contains("set keyVault to true", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<JsonObject> CompiledAsync(string file) => Compiled.GetOrAdd(file, f => new(() => CompileAsync(f))).Value;

    private static async Task<JsonObject> CompileAsync(string file)
    {
        var (code, said, complaints) = await Bicep.RunAsync(Bicep.Folder, Plan.Defaults, "build", file, "--stdout");
        Assert.True(code == 0, complaints);
        return JsonNode.Parse(said)!.AsObject();
    }

    // A module is a template in the one that uses it.
    private static IEnumerable<JsonObject> Nested(JsonObject template) => (template["resources"] switch
    {
        JsonObject named => named.Select(r => r.Value),
        JsonArray listed => listed,
        _ => [],
    }).Select(r => (r!["properties"] as JsonObject)?["template"]).OfType<JsonObject>().SelectMany(Nested).Prepend(template);

    [GeneratedRegex(@"list(Keys|AccountSas|ServiceSas|ConnectionStrings|Secrets|AuthKeys|HostKeys|PublishingCredentials)\b"
        + "|securestring|secureObject|AccountKey|SharedAccessKey|primaryKey|InstrumentationKey", RegexOptions.IgnoreCase)]
    private static partial Regex AskForKey { get; }

    [GeneratedRegex(@"readEnvironmentVariable\('(\w+)'")]
    private static partial Regex Variable { get; }
}
