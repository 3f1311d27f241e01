using System.Buffers;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;

namespace ComfyFunc.Workflows;

/// <summary>What <c>/object_info</c> says of a server's node classes. Immutable, and the same content has the same hash.</summary>
public sealed class NodeCatalog
{
    private readonly FrozenDictionary<string, NodeClass> classes;
    private readonly byte[] json;

    private NodeCatalog(IEnumerable<NodeClass> all)
    {
        classes = all.ToFrozenDictionary(c => c.Name, StringComparer.Ordinal);
        json = Write(classes.Values.OrderBy(c => c.Name, StringComparer.Ordinal));
        Hash = Convert.ToHexStringLower(SHA256.HashData(json))[..32];
    }

    public string Hash { get; }

    public IEnumerable<NodeClass> Classes => classes.Values;

    /// <exception cref="JsonException">The text is no JSON object.</exception>
    public static NodeCatalog Read(ReadOnlyMemory<byte> objectInfo)
    {
        var root = JsonElement.Parse(objectInfo.Span);
        return root.ValueKind is JsonValueKind.Object
            ? new(root.EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.Object).DistinctBy(p => p.Name).Select(p => NodeClass.Read(p.Name, p.Value)))
            : throw new JsonException("A node catalog is a JSON object.");
    }

    public bool Has(string nodeClass) => classes.ContainsKey(nodeClass);

    public NodeClass? Find(string nodeClass) => classes.GetValueOrDefault(nodeClass);

    /// <summary>The part that one workflow needs.</summary>
    public NodeCatalog Only(IEnumerable<string> names) => new(names.Distinct(StringComparer.Ordinal).Select(Find).OfType<NodeClass>());

    /// <summary>What any of several servers knows. Where they differ in what a combo offers, all of it is offered.</summary>
    public static NodeCatalog Union(IEnumerable<NodeCatalog> catalogs) =>
        new(catalogs.SelectMany(c => c.Classes).GroupBy(c => c.Name, StringComparer.Ordinal).Select(g => g.Aggregate(CatalogUnion.Of)));

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
