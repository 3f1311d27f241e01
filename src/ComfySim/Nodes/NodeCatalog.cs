namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Every node class of the host, and the /object_info page about them.</summary>
internal sealed class NodeCatalog(ModelShelf shelf, IReadOnlySet<string> excluded)
{
    private static readonly Dictionary<string, NodeClass> Classes =
        NodeFamilies.All.ToDictionary(c => c.Name, StringComparer.Ordinal);

    public ModelShelf Shelf => shelf;

    public NodeClass? Find(string name) => excluded.Contains(name) ? null : Classes.GetValueOrDefault(name);

    public PyDict ToWire()
    {
        var page = new PyDict();
        foreach (var name in Classes.Keys.Where(k => !excluded.Contains(k)).Order(StringComparer.Ordinal))
            page[name] = ToWire(Classes[name]);

        return page;
    }

    public PyDict ToWire(string name) => Find(name) is { } found ? new() { [name] = ToWire(found) } : [];

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
        if (node.ReturnTooltips is { } tooltips)
            wire["output_tooltips"] = new PyList(tooltips);

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
                continue;

            input[group] = new PyDict(specs.Select(s => KeyValuePair.Create(s.Name, (object?)s.ToWire(shelf))));
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
