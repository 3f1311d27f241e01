using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ComfyFunc.Server;

/// <summary>
/// The contracts of what is stored: the generated ones, and no others. A generated contract sets every init member, those too that the JSON
/// does not have, and so loses what a type begins with; rows of earlier releases would read otherwise. Types that have such members are
/// read by reflection, as long as the generator knows no better. What they hold goes through here again.
/// </summary>
internal sealed class StoredContracts : IJsonTypeInfoResolver
{
    private static readonly IJsonTypeInfoResolver Generated = StoredTypes.Default;
    private static readonly DefaultJsonTypeInfoResolver Reflected = new();

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
        Generated.GetTypeInfo(type, options) is not { } contract ? null
        : contract.Kind is JsonTypeInfoKind.Object && BeginsWithSomething(type) ? Reflected.GetTypeInfo(type, options)
        : contract;

    private static bool BeginsWithSomething(Type type)
    {
        var given = type.GetConstructors().SelectMany(c => c.GetParameters()).Select(p => p.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return type.GetProperties().Any(p => IsInitOnly(p) && !p.IsDefined(typeof(RequiredMemberAttribute)) && !given.Contains(p.Name));
    }

    private static bool IsInitOnly(PropertyInfo member) =>
        member.SetMethod is { } set && set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
