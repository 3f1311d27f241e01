using System.Buffers;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ComfyFunc.Engine.Workflows;

/// <summary>What <c>/object_info</c> says of a server's node classes. Immutable, and the same content has the same hash.</summary>
public sealed class NodeCatalog
{
    private readonly FrozenDictionary<string, NodeClass> classes;
    private readonly byte[] json;
    private readonly Lazy<FrozenDictionary<string, string>> files;

    private NodeCatalog(IEnumerable<NodeClass> all)
    {
        classes = all.ToFrozenDictionary(c => c.Name, StringComparer.Ordinal);
        json = Write(classes.Values.OrderBy(c => c.Name, StringComparer.Ordinal));
        files = new(FilesOf);
        Hash = Convert.ToHexStringLower(SHA256.HashData(json))[..32];
    }

    public string Hash { get; }

    public IEnumerable<NodeClass> Classes => classes.Values;

    /// <summary>The catalog of nobody.</summary>
    public static NodeCatalog Empty { get; } = new([]);

    /// <summary>Reads whatever a server says: what is not as it should be is left out.</summary>
    /// <exception cref="JsonException">The text is no JSON object.</exception>
    public static NodeCatalog Read(ReadOnlyMemory<byte> objectInfo)
    {
        var text = Utf8.IsValid(objectInfo.Span) ? objectInfo : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(objectInfo.Span));
        var root = Parse(LoneSurrogates.Repair(text));
        return root.ValueKind is JsonValueKind.Object
            ? new(root.EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.Object)
                .Select(p => NodeClass.Read(p.Name, CatalogCleaning.Of(p.Name, p.Value))))
            : throw new JsonException("A node catalog is a JSON object.");
    }

    public bool Has(string nodeClass) => classes.ContainsKey(nodeClass);

    public NodeClass? Find(string nodeClass) => classes.GetValueOrDefault(nodeClass);

    /// <summary>The part that one workflow needs.</summary>
    public NodeCatalog Only(IEnumerable<string> names) => new(names.Distinct(StringComparer.Ordinal).Select(Find).OfType<NodeClass>());

    /// <summary>What any of several servers knows. What any of them would take is taken.</summary>
    public static NodeCatalog Union(IEnumerable<NodeCatalog> catalogs) =>
        new(catalogs.SelectMany(c => c.Classes).GroupBy(c => c.Name, StringComparer.Ordinal).Select(g => g.Aggregate(CatalogUnion.Of)));

    /// <summary>How the server spells a file, whichever of its combos offers it; <see langword="null"/> when none does.</summary>
    internal string? SpellingOf(string file) => files.Value.GetValueOrDefault(Spelling.Normal(file));

    private FrozenDictionary<string, string> FilesOf()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        var options = classes.Values.SelectMany(c => c.PossibleInputs).SelectMany(i => i.Options)
            .Where(o => o.ValueKind is JsonValueKind.String);
        foreach (var name in options.Select(o => o.GetString()!).Where(FileNames.IsFile)) // A string is never null.
        {
            all.TryAdd(Spelling.Normal(name), name);
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // Python writes no key twice, but what stands before a server may; there the last one counts.
    private static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonElement.Parse(json.Span, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using var writer = new Utf8JsonWriter(buffer);
            WriteOnce(writer, JsonElement.Parse(json.Span));
            writer.Flush();
            return JsonElement.Parse(buffer.WrittenSpan);
        }
    }

    private static void WriteOnce(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().Reverse().DistinctBy(m => m.Name, StringComparer.Ordinal).Reverse())
                {
                    writer.WritePropertyName(member.Name);
                    WriteOnce(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteOnce(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    public byte[] ToJson() => [.. json];

    private static byte[] Write(IEnumerable<NodeClass> ordered)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        foreach (var nodeClass in ordered)
        {
            writer.WritePropertyName(nodeClass.Name);
            nodeClass.Source.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
