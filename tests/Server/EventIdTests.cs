using System.Reflection;
using ComfyFunc.Comfy;
using ComfyFunc.Functions;
using ComfyFunc.Standalone;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests.Server;

/// <summary>What is logged is found by number: docs/operations.md says which area has which.</summary>
public class EventIdTests
{
    private static readonly Assembly[] Assemblies = [typeof(ComfyClient).Assembly, typeof(Api).Assembly, typeof(DurableDriver).Assembly, typeof(StandaloneApp).Assembly];

    private static readonly (string Name, LoggerMessageAttribute Message)[] Messages =
    [
        .. from type in Assemblies.SelectMany(a => a.GetTypes())
           from method in type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select ($"{type.FullName}.{method.Name}", message),
    ];

    [Fact]
    public void Every_message_has_the_number_of_its_area()
    {
        Assert.NotEmpty(Messages);
        Assert.All(Messages, m => Assert.True(m.Message.EventId / 1000 == AreaOf(m.Name), $"{m.Name} has {m.Message.EventId}."));
    }

    [Fact]
    public void No_number_is_given_twice() => Assert.Empty(Messages.GroupBy(m => m.Message.EventId).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(m => m.Name))}"));

    private static int AreaOf(string name) => name.Split('.') switch
    {
        ["ComfyFunc", "Runs" or "Batches", ..] => 3,
        ["ComfyFunc", "Functions", "DurableDriver", ..] or ["ComfyFunc", "Standalone", "EmbeddedDriver", ..] => 3,
        ["ComfyFunc", "Pool" or "Comfy", ..] => 4,
        ["ComfyFunc", "Webhooks" or "Web", ..] => 5,
        ["ComfyFunc", "Api" or "ProblemLog", ..] => 2,
        _ => 1,
    };
}
