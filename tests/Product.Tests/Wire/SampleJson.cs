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

                foreach (var member in options.GetTypeInfo(caseType).Properties.Where(p => isWhole || IsRequired(p)))
                {
                    made[member.Name] = Of(options, member.PropertyType, member.Name, null, isWhole);
                }

                return made;
            default:
                throw new NotSupportedException($"There is no sample of {type}.");
        }
    }

    /// <summary>Whether no row is without the member.</summary>
    public static bool IsRequired(JsonPropertyInfo member) =>
        member.IsRequired || member.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false };

    private static string KeyOf(Type key, string name) =>
        key.IsEnum ? JsonNamingPolicy.CamelCase.ConvertName(key.GetEnumNames()[^1]) : name;
}
