using System.Reflection;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Functions;
using ComfyFunc.Server.Api;
using ComfyFunc.Standalone;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests.Server;

/// <summary>What is logged is found by number.</summary>
public class EventIdTests
{
    private static readonly Assembly[] Assemblies = [typeof(ComfyClient).Assembly, typeof(ApiPipeline).Assembly,
        typeof(DurableDriver).Assembly, typeof(StandaloneApp).Assembly];

    private static readonly (string Name, LoggerMessageAttribute Message)[] Messages =
    [
        .. from type in Assemblies.SelectMany(a => a.GetTypes())
           from method in type.GetMethods(
               BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select ($"{type.FullName}.{method.Name}", message),
    ];

    [Fact]
    public void Every_message_has_a_number_of_the_one_list_and_every_number_a_message()
    {
        var listed = typeof(EventIds).GetFields(BindingFlags.Static | BindingFlags.Public).Select(f => (int)f.GetRawConstantValue()!);
        Assert.Equal(listed.Order(), Messages.Select(m => m.Message.EventId).Order());
    }

    [Fact]
    public void No_number_is_given_twice() =>
        Assert.Empty(Messages.GroupBy(m => m.Message.EventId).Where(g => g.Count() > 1)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(m => m.Name))}"));
}
