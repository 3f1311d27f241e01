using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Functions;
using ComfyFunc.Server;

namespace ComfyFunc.Tests.Wire;

/// <summary>What is stored goes through one door, which knows what may pass.</summary>
public class StoredDoorTests
{
    private const int MethodSpecification = 0x2B000000;

    [Fact]
    public void What_the_door_does_not_know_passes_neither_way()
    {
        Assert.Throws<NotSupportedException>(() => StoredJson.Write(new Unknown(1)));
        Assert.Throws<NotSupportedException>(() => StoredJson.Read<Unknown>("""{"number":1}"""));
    }

    [Fact]
    public void Whatever_the_product_writes_or_reads_there_is_named_among_what_is_stored()
    {
        Type[] passing = [.. Passing(typeof(StoredJson).Assembly).Concat(Passing(typeof(RunOrchestrator).Assembly)).Distinct()];

        Assert.Contains(typeof(RunEvent), passing);
        Assert.Empty(passing.Except(Stored.Types));
    }

    [Fact]
    public void Whatever_goes_through_orchestrations_is_named_among_what_is_stored()
    {
        var advance = typeof(RunActivity).GetMethod(nameof(RunActivity.AdvanceAsync))!; // It is named.

        Assert.Contains(advance.GetParameters()[0].ParameterType, Stored.Types);
        Assert.Contains(advance.ReturnType.GetGenericArguments()[0], Stored.Types);
    }

    // Every T for which some code of the assembly calls a generic method of the door.
    private static IEnumerable<Type> Passing(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var count = file.GetMetadataReader().GetTableRowCount(TableIndex.MethodSpec);
        return [.. Enumerable.Range(1, count).Select(row => Called(assembly.ManifestModule, MethodSpecification | row)).OfType<Type>()];
    }

    private static Type? Called(Module module, int token)
    {
        try
        {
            return module.ResolveMethod(token) is MethodInfo method && method.DeclaringType == typeof(StoredJson)
                && method.GetGenericArguments()[0] is { IsGenericParameter: false } type ? type : null;
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException)
        {
            return null; // A call within generic code, of which there are many; none of them is to the door.
        }
    }

    private sealed record Unknown(int Number);
}
