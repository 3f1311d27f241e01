using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Tests.Wire;

/// <summary>One form in which something is stored: a type, or one case of a closed family.</summary>
public sealed record Stored(Type Type, string? Case)
{
    /// <summary>Where the recorded ones are.</summary>
    public static string Folder { get; } = Path.Combine(TestFolders.Root, "tests", "Product.Tests", "Wire", "Stored");

    /// <summary>As the worker on Functions writes what goes through orchestrations.</summary>
    public static JsonSerializerOptions Orchestrated { get; } = MadeAsByTheWorker();

    private static readonly Type[] Orchestrations = [typeof(KeptRun), typeof(RunAdvance), typeof(RunLook), typeof(RunPause)];

    /// <summary>How it is written.</summary>
    public JsonSerializerOptions Options => Orchestrations.Contains(Type) ? Orchestrated : StoredJson.Options;

    public static IEnumerable<Type> Types => typeof(StoredTypes).GetCustomAttributesData()
        .Where(a => a.AttributeType == typeof(JsonSerializableAttribute))
        .Select(a => (Type)a.ConstructorArguments[0].Value!); // The attribute takes a type.

    public static IEnumerable<Stored> All =>
        Types.SelectMany(t => SampleJson.CasesOf(StoredJson.Options, t).Select(c => new Stored(t, c.Discriminator)));

    /// <summary>With every member filled.</summary>
    public string Whole => Path.Combine(Folder, $"{this}.json");

    /// <summary>With the least that it can have.</summary>
    public string Least => Path.Combine(Folder, $"{this}.least.json");

    /// <summary>Reads JSON and writes it again.</summary>
    public string Again(string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize(json, Type, Options), Type, Options);

    /// <summary>A document as reflection writes it, so that what is recorded does not rest on the contracts that it is to check.</summary>
    public string MadeUp(bool isWhole)
    {
        var json = isWhole ? SampleJson.Whole(Options, Type, Case) : SampleJson.Least(Options, Type, Case);
        var reflected = new JsonSerializerOptions(Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        return JsonSerializer.Serialize(JsonSerializer.Deserialize(json, Type, reflected), Type, reflected);
    }

    /// <summary>The members of which it may have none.</summary>
    public IEnumerable<string> Optional => SampleJson.CasesOf(Options, Type).Where(c => c.Discriminator == Case)
        .SelectMany(c => SampleJson.MembersOf(Options, c.Type).Where(p => !SampleJson.IsRequired(c.Type, p)))
        .Select(p => p.Name);

    public override string ToString() => $"{NameOf(Type)}{(Case is null ? "" : $".{Case}")}";

    private static JsonSerializerOptions MadeAsByTheWorker()
    {
        var options = new JsonSerializerOptions { PropertyNameCaseInsensitive = true };
        StoredJson.AddTo(options);
        return options;
    }

    private static string NameOf(Type type) =>
        type.IsArray ? $"{type.GetElementType()!.Name}s" : type.IsNested ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name;
}
