using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ComfyFunc.Engine;

namespace ComfyFunc.Tests.Wire;

/// <summary>
/// Makes JSON up for a stored type, by its contract: with every member that it may have, or with those alone that it must have.
/// </summary>
internal static class SampleJson
{
    private static readonly Dictionary<Type, Func<string, JsonNode>> Values = new()
    {
        [typeof(string)] = name => name,
        [typeof(bool)] = _ => true,
        [typeof(int)] = name => name.Length,
        [typeof(long)] = name => 5_000_000_000 + name.Length,
        [typeof(double)] = name => name.Length + 0.25,
        [typeof(decimal)] = _ => 18446744073709551615m,
        [typeof(DateTimeOffset)] = _ => "2026-05-01T12:34:56.789+00:00",
        [typeof(TimeSpan)] = _ => "00:01:30",
        [typeof(Uri)] = _ => "http://10.0.0.4:8188/",
        [typeof(RunId)] = _ => "01HZX3KQ0GRSYN2M4V5B6C7D8E",
        [typeof(HostId)] = name => $"host of {name}",
        [typeof(FaultCode)] = _ => FaultCode.HostLost.Name,
        [typeof(PromptId)] = _ => "6f0c1a52-7d3e-5b1f-9c44-2b8a0e6d91c7",
        [typeof(JsonElement)] = name => new JsonObject { [name] = new JsonArray(1, "two", null, true) },
    };

    /// <param name="discriminator">Of the case, where the type is a closed family.</param>
    public static JsonNode Whole(JsonSerializerOptions options, Type type, string? discriminator = null) =>
        Of(options, type, "value", discriminator, isWhole: true);

    public static JsonNode Least(JsonSerializerOptions options, Type type, string? discriminator = null) =>
        Of(options, type, "value", discriminator, isWhole: false);

    /// <summary>The cases of a closed family, by their discriminators; one without a name for any other type.</summary>
    public static IEnumerable<(string? Discriminator, Type Type)> CasesOf(JsonSerializerOptions options, Type type) =>
        options.GetTypeInfo(type).PolymorphismOptions is { } family
            ? family.DerivedTypes.Select(d => ((string?)d.TypeDiscriminator, d.DerivedType))
            : [(null, type)];

    private static JsonNode Of(JsonSerializerOptions options, Type type, string name, string? discriminator, bool isWhole)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var contract = options.GetTypeInfo(type);
        if (Values.TryGetValue(type, out var value))
        {
            return value(name);
        }

        if (type.IsEnum)
        {
            return JsonNamingPolicy.CamelCase.ConvertName(type.GetEnumNames()[^1]);
        }

        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                // An enumeration has elements.
                return isWhole ? new JsonArray(Of(options, contract.ElementType!, name, null, isWhole)) : [];
            case JsonTypeInfoKind.Dictionary:
                return isWhole
                    ? new JsonObject { [KeyOf(contract.KeyType!, name)] = Of(options, contract.ElementType!, name, null, isWhole) }
                    : new JsonObject();
            case JsonTypeInfoKind.Object:
                var (@case, caseType) = CasesOf(options, type).Last(c => discriminator is null || c.Discriminator == discriminator);
                var made = new JsonObject();
                if (@case is not null)
                {
                    made["$type"] = @case;
                }

                foreach (var member in MembersOf(options, caseType).Where(p => isWhole || IsRequired(caseType, p)))
                {
                    made[member.Name] = Of(options, member.PropertyType, member.Name, null, isWhole);
                }

                return made;
            default:
                throw new NotSupportedException($"There is no sample of {type}.");
        }
    }

    /// <summary>The members that are written or read; a contract has those too that are neither.</summary>
    public static IEnumerable<JsonPropertyInfo> MembersOf(JsonSerializerOptions options, Type type) =>
        options.GetTypeInfo(type).Properties.Where(p => p.Get is not null || p.Set is not null);

    /// <summary>Whether no row is without the member.</summary>
    public static bool IsRequired(Type type, JsonPropertyInfo member) => member.IsRequired || type.GetConstructors()
        .SelectMany(c => c.GetParameters())
        .Any(p => !p.HasDefaultValue && string.Equals(p.Name, member.Name, StringComparison.OrdinalIgnoreCase));

    private static string KeyOf(Type key, string name) =>
        key.IsEnum ? JsonNamingPolicy.CamelCase.ConvertName(key.GetEnumNames()[^1]) : key == typeof(int) ? "7" : name;
}
