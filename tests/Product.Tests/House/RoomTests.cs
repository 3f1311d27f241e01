using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Server;
using Microsoft.Extensions.Logging;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace ComfyFunc.Tests.House;

/// <summary>The rooms of the server stand one above the other, and none looks up. docs/architecture.md says what belongs where.</summary>
public class RoomTests
{
    private const string Server = "ComfyFunc.Server";

    /// <summary>Low to high: a room may name those before it.</summary>
    private static readonly string[] Rooms =
    [
        "Kit", "Settings", "Telemetry", "Http", "Secrets", "Callers", "Media", "Pool", "Workflows", "Runs", "Outputs", "Following",
        "Webhooks", "Usage", "Stats", "Calls", "Batches", "Sync", "Upkeep", "Console", "Api", "Startup",
    ];

    private static readonly Architecture House =
        new ArchLoader().LoadAssemblies(typeof(Fault).Assembly, typeof(ComfyClient).Assembly, typeof(ServerRegistration).Assembly).Build();

    public static TheoryData<string> AllRooms => [.. Rooms];

    [Theory]
    [MemberData(nameof(AllRooms))]
    public void A_room_names_none_above_it(string room)
    {
        foreach (var above in Rooms.SkipWhile(r => r != room).Skip(1))
        {
            Types().That().ResideInNamespaceMatching(In(room)).Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(In(above)))
                .Check(House);
        }
    }

    [Fact]
    public void Every_type_of_the_server_is_in_a_room_but_what_registers_them_all_and_what_is_stored_of_all()
    {
        var homeless = typeof(ServerRegistration).Assembly.GetTypes()
            .Where(t => t.Namespace?.StartsWith(Server, StringComparison.Ordinal) is true)
            .Where(t => !Rooms.Any(r => $"{t.Namespace}.".StartsWith($"{Server}.{r}.", StringComparison.Ordinal)))
            .Where(t => t.DeclaringType is null).Select(t => t.Name);
        Assert.Equal([nameof(ServerRegistration), "StoredContracts", nameof(StoredJson), "StoredTypes"], homeless.Order());
    }

    [Fact]
    public void Nobody_is_made_of_more_than_eight_others()
    {
        System.Reflection.Assembly[] assemblies = [typeof(ComfyClient).Assembly, typeof(ServerRegistration).Assembly];
        Assert.Empty(
            from type in assemblies.SelectMany(a => a.GetTypes())
            where !type.Name.StartsWith("__", StringComparison.Ordinal) // What a source generator made.
            where !typeof(IEquatable<>).MakeGenericType(type.IsByRefLike || type.ContainsGenericParameters ? typeof(object) : type)
            .IsAssignableFrom(type)
            from made in type.GetConstructors()
            where made.GetParameters()
            .Count(p => p.ParameterType != typeof(TimeProvider) && !typeof(ILogger).IsAssignableFrom(p.ParameterType)) > 8
            select type.Name);
    }

    [Fact]
    public void The_engine_and_the_adapters_know_nothing_of_the_server()
    {
        Types().That().ResideInNamespaceMatching(@"^ComfyFunc\.Engine(\..*)?$").Should()
            .NotDependOnAny(Types().That().ResideInNamespaceMatching(@"^ComfyFunc\.(Adapters|Server)(\..*)?$")).Check(House);
        Types().That().ResideInNamespaceMatching(@"^ComfyFunc\.Adapters(\..*)?$").Should()
            .NotDependOnAny(Types().That().ResideInNamespaceMatching(@"^ComfyFunc\.Server(\..*)?$")).Check(House);
    }

    private static string In(string room) => $@"^ComfyFunc\.Server\.{room}(\..*)?$";
}
