using System.Text.RegularExpressions;

namespace ComfyFunc.Tests.Server;

/// <summary>The two hosts serve one API: every route that Kestrel maps has a trigger, and every trigger's route is mapped.</summary>
public partial class RouteTests
{
    [Fact]
    public void Triggers_and_the_route_table_name_the_same_endpoints()
    {
        var constants = typeof(Routes).GetFields().ToDictionary(f => f.Name, f => (string)f.GetRawConstantValue()!);
        var triggers = Directory.EnumerateFiles(Path.Combine(TestFolders.Root, "src", "Functions"), "*Triggers.cs")
            .SelectMany(f => Trigger.Matches(File.ReadAllText(f)))
            .Select(m => $"{m.Groups[1].Value.ToUpperInvariant()} {constants[m.Groups[2].Value]}");

        Assert.Equal(RouteTable.All.Select(r => $"{r.Verb} {r.Pattern}").Order(StringComparer.Ordinal), triggers.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""HttpTrigger\(AuthorizationLevel\.\w+, "(\w+)", Route = Routes\.(\w+)\)""")]
    private static partial Regex Trigger { get; }
}
