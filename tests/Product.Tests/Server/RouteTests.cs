using System.Text.RegularExpressions;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Tests.Server;

/// <summary>
/// The two hosts serve one API: every route that Kestrel maps has a trigger of its name, and every trigger's route is mapped.
/// </summary>
public partial class RouteTests
{
    private const string Elsewhere = "{*path}";

    [Fact]
    public void Triggers_and_the_route_table_name_the_same_endpoints() => Assert.Equal(
        RouteTable.All.Select(r => $"{r.Name} {string.Join(" ", r.Verbs)} {r.Pattern}").Order(StringComparer.Ordinal),
        Triggers().Select(t => $"{t.Name} {t.Verbs} {t.Pattern}").Order(StringComparer.Ordinal));

    [Fact]
    public void A_function_key_guards_what_a_caller_s_key_guards() => Assert.Equal(
        RouteTable.All.Where(r => r.Role is Role.None).Select(r => r.Name)
            .Order(StringComparer.Ordinal),
        Triggers().Where(t => t.Level == "Anonymous").Select(t => t.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_trigger_asks_for_the_answer_of_its_own_endpoint() => Assert.All(Sources(), s => Assert.Equal(
        Trigger.Matches(s).Select(m => m.Groups[1].Value), Asked.Matches(s).Select(m => m.Groups[1].Value)));

    [Fact]
    public void The_trigger_of_elsewhere_takes_no_verb_that_an_endpoint_has()
    {
        var source = File.ReadAllText(Path.Combine(TestFolders.Root, "src", "Functions", "ElsewhereTriggers.cs"));
        var verbs = Verb.Matches(
            source[source.IndexOf("HttpTrigger(", StringComparison.Ordinal)..source.IndexOf("Route =", StringComparison.Ordinal)])
                .Select(m => m.Groups[1].Value).ToArray();

        Assert.Equal(["options", "patch"], verbs);
        Assert.Empty(RouteTable.All.SelectMany(r => r.Verbs).Intersect(verbs, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Every_class_of_handlers_is_registered_and_has_its_routes_in_the_table()
    {
        await using var rig = new ServerRig();
        var classes = typeof(IEndpoints).Assembly.GetTypes().Where(t => t.IsClass && t.IsAssignableTo(typeof(IEndpoints)))
            .Select(t => t.Name).Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(classes, rig.Services.GetServices<IEndpoints>().Select(e => e.GetType().Name).Order(StringComparer.Ordinal));
        Assert.Equal(classes, RouteTable.All.Select(r => r.Endpoints.Name).Distinct().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Path.Combine(TestFolders.Root, "src", "Functions"), "*Triggers.cs")
        .Select(File.ReadAllText).Where(s => !s.Contains(Elsewhere, StringComparison.Ordinal));

    private static IEnumerable<(string Name, string Level, string Verbs, string Pattern)> Triggers()
    {
        var constants = typeof(Routes).GetFields().ToDictionary(f => f.Name, f => (string)f.GetRawConstantValue()!); // They are constants.
        return Sources().SelectMany(s => Trigger.Matches(s))
            .Select(m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value.Replace("\"", "", StringComparison.Ordinal)
                .Replace(",", "", StringComparison.Ordinal).ToUpperInvariant(), constants[m.Groups[4].Value]));
    }

    [GeneratedRegex("""\[Function\(nameof\((\w+)\)\)\]\s+public Task<IResult> \1\(\s+\[HttpTrigger\(AuthorizationLevel\.(\w+), ((?:"\w+"(?:, )?)+), Route = Routes\.(\w+)\)""")]
    private static partial Regex Trigger { get; }

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex Verb { get; }

    [GeneratedRegex("""AnswerAsync\(request, nameof\((\w+)\), cancellationToken\)""")]
    private static partial Regex Asked { get; }
}
