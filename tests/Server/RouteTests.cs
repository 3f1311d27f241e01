using System.Text.RegularExpressions;
using ComfyFunc.Callers;

namespace ComfyFunc.Tests.Server;

/// <summary>The two hosts serve one API: every route that Kestrel maps has a trigger, and every trigger's route is mapped.</summary>
public partial class RouteTests
{
    [Fact]
    public void Triggers_and_the_route_table_name_the_same_endpoints() =>
        Assert.Equal(RouteTable.All.Select(r => $"{r.Verb} {r.Pattern}").Order(StringComparer.Ordinal), Triggers().Select(t => t.Endpoint).Order(StringComparer.Ordinal));

    [Fact]
    public void A_function_key_guards_what_a_caller_s_key_guards() => Assert.Equal(
        RouteTable.All.Where(r => Permissions.Needed(r.Verb, $"/api/{r.Pattern}") is Role.None).Select(r => $"{r.Verb} {r.Pattern}").Order(StringComparer.Ordinal),
        Triggers().Where(t => t.Level == "Anonymous").Select(t => t.Endpoint).Order(StringComparer.Ordinal));

    private static IEnumerable<(string Level, string Endpoint)> Triggers()
    {
        var constants = typeof(Routes).GetFields().ToDictionary(f => f.Name, f => (string)f.GetRawConstantValue()!); // They are constants.
        return Directory.EnumerateFiles(Path.Combine(TestFolders.Root, "src", "Functions"), "*Triggers.cs")
            .SelectMany(f => Trigger.Matches(File.ReadAllText(f)))
            .Select(m => (m.Groups[1].Value, $"{m.Groups[2].Value.ToUpperInvariant()} {constants[m.Groups[3].Value]}"));
    }

    [GeneratedRegex("""HttpTrigger\(AuthorizationLevel\.(\w+), "(\w+)"(?:, "head")?, Route = Routes\.(\w+)\)""")]
    private static partial Regex Trigger { get; }
}
