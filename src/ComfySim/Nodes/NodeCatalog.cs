using ComfyFunc.ComfySim.Python;
using ComfyFunc.ComfySim.Stubs;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Every node class of the host, and the /object_info page about them. It outlives processes and may change under them.</summary>
internal sealed class NodeCatalog
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, NodeClass> builtIn;
    private readonly bool isNew;
    private volatile IReadOnlyDictionary<string, StubEntry> stubs = new Dictionary<string, StubEntry>();
    private volatile HashSet<string> lacking;

    public NodeCatalog(SimOptions options, ModelShelf shelf)
    {
        (Shelf, isNew, lacking) = (shelf, Releases.IsNew(options), [.. options.ExcludedClasses]);
        builtIn = NodeFamilies.All.ToDictionary(c => c.Name, c => Releases.AsIn(options, c), StringComparer.Ordinal);
    }

    public ModelShelf Shelf { get; }

    public NodeClass? Find(string name) =>
        lacking.Contains(name) ? null : stubs.TryGetValue(name, out var stub) ? stub.Class : builtIn.GetValueOrDefault(name);

    /// <summary>Adds classes that a catalog describes; those of the same names give way to them.</summary>
    /// <param name="isWhole">Whether classes that came in this way before and are not named now go.</param>
    public void Describe(ReadOnlyMemory<byte> objectInfo, bool isWhole)
    {
        var entries = StubEntry.Read(objectInfo, builtIn);
        lock (gate)
        {
            var now = isWhole ? [] : new OrderedDictionary<string, StubEntry>(stubs);
            foreach (var entry in entries)
            {
                now[entry.Class.Name] = entry;
            }

            stubs = now;
        }
    }

    public void Lack(IEnumerable<string> names)
    {
        lock (gate)
        {
            lacking = [.. lacking, .. names];
        }
    }

    public byte[] Page() => Page(builtIn.Keys.Order(StringComparer.Ordinal).Union(stubs.Keys).Where(k => !lacking.Contains(k)));

    public byte[] Page(string name) => Page(Find(name) is null ? [] : [name]);

    private byte[] Page(IEnumerable<string> names)
    {
        using var page = new MemoryStream();
        page.Write("{"u8);
        foreach (var name in names)
        {
            page.Write(page.Length > 1 ? ", "u8 : ""u8);
            page.Write(stubs.TryGetValue(name, out var stub) ? stub.Text.Span
                : PyJson.Bytes(new PyDict { [name] = ToWire(builtIn[name]) }).AsSpan()[1..^1]);
        }

        page.Write("}"u8);
        return page.ToArray();
    }

    private PyDict ToWire(NodeClass node)
    {
        var (input, order) = Inputs(node);
        var wire = new PyDict
        {
            ["input"] = input,
            ["input_order"] = order,
            ["output"] = new PyList(node.Returns),
            ["output_is_list"] = new PyList(node.Returns.Select(_ => (object?)false)),
            ["output_name"] = new PyList(node.ReturnNames ?? node.Returns),
            ["name"] = node.Name,
            ["display_name"] = node.DisplayName ?? (node.IsNewStyle ? null : node.Name),
            ["description"] = node.Description,
            ["python_module"] = node.Module,
            ["category"] = node.Category,
            ["output_node"] = node.IsOutput,
        };
        if (isNew)
        {
            (wire["is_input_list"], wire["has_intermediate_output"]) = (false, false);
        }

        if (node.ReturnTooltips is { } tooltips)
        {
            wire["output_tooltips"] = new PyList(tooltips);
        }

        if (node.IsNewStyle)
        {
            wire["output_tooltips"] = new PyList(node.Returns.Select(_ => (object?)null));
            wire["deprecated"] = node.IsDeprecated;
            wire["experimental"] = node.IsExperimental;
            wire["api_node"] = false;
        }
        else if (node.IsDeprecated)
        {
            wire["deprecated"] = true;
        }
        else if (node.IsExperimental)
        {
            wire["experimental"] = true;
        }

        return wire;
    }

    private (PyDict Input, PyDict Order) Inputs(NodeClass node)
    {
        var (input, order) = (new PyDict(), new PyDict());
        foreach (var (group, specs) in new[] { ("required", node.Required), ("optional", node.Optional) })
        {
            if (specs.Count == 0 && group == "optional")
            {
                continue;
            }

            input[group] = new PyDict(specs.Select(s => KeyValuePair.Create(s.Name, (object?)s.ToWire(Shelf))));
            order[group] = new PyList(specs.Select(s => s.Name));
        }

        if (node.WantsMetadata)
        {
            object Hidden(string type) => node.IsNewStyle ? new PyList { type } : type;
            input["hidden"] = new PyDict { ["prompt"] = Hidden("PROMPT"), ["extra_pnginfo"] = Hidden("EXTRA_PNGINFO") };
            order["hidden"] = new PyList { "prompt", "extra_pnginfo" };
        }

        return (input, order);
    }
}
