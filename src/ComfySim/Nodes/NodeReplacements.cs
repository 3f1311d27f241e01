using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>
/// What newer releases say of node classes that are gone, and do with prompts that still have them (comfy_extras/nodes_replacements.py,
/// app/node_replace_manager.py).
/// </summary>
internal static class NodeReplacements
{
    /// <summary>What <c>/node_replacements</c> answers.</summary>
    public static PyDict All { get; } = new()
    {
        ["ResizeImagesByLongerEdge"] = Of("ResizeImagesByLongerEdge", "ImageScaleToMaxDimension", ["longer_edge"],
            [Old("image", "images"), Old("largest_size", "longer_edge"), Set("upscale_method", "lanczos")],
            [new PyDict { ["new_idx"] = 0L, ["old_idx"] = 0L }]),
        ["ImageBatch"] = Of("ImageBatch", "BatchImagesNode", null, [Old("images.image0", "image1"), Old("images.image1", "image2")], null),
        ["ImageScaleBy"] = Of("ImageScaleBy", "ResizeImageMaskNode", ["upscale_method", "scale_by"],
            [Old("input", "image"), Set("resize_type", "scale by multiplier"), Old("resize_type.multiplier", "scale_by"),
                Old("scale_method", "upscale_method")], null),
        ["T2IAdapterLoader"] = Of("T2IAdapterLoader", "ControlNetLoader", null, [Old("control_net_name", "t2i_adapter_name")], null),
        ["SDV_img2vid_Conditioning"] = Of("SDV_img2vid_Conditioning", "SVD_img2vid_Conditioning", null, null, null),
        ["ConditioningAverage "] = Of("ConditioningAverage ", "ConditioningAverage", null, null, null),
    };

    /// <summary>Puts newer nodes into a prompt where the server has the old ones no more.</summary>
    public static void Apply(PyDict prompt, NodeCatalog catalog)
    {
        var links = prompt.SelectMany(n => InputsOf(n.Value).Select(i => i.Value)).OfType<PyList>()
            .Where(l => l is [string, int or long]).ToArray();
        foreach (var (id, value) in prompt.ToArray())
        {
            if (value is not PyDict node || !node.TryGetValue("class_type", out var type) || type is not string name
                || !node.ContainsKey("inputs") || catalog.Find(name) is not null || !All.TryGetValue(name, out var list))
            {
                continue;
            }

            var choice = (PyDict)((PyList)list!)[0]!;
            if (catalog.Find((string)choice["new_node_id"]!) is null)
            {
                continue;
            }

            prompt[id] = new PyDict(node)
            {
                ["class_type"] = choice["new_node_id"],
                ["inputs"] = Mapped((PyDict)node["inputs"]!, choice["input_mapping"] as PyList),
            };
            foreach (var link in links.Where(l => (string)l[0]! == id))
            {
                Relink(link, choice["output_mapping"] as PyList);
            }
        }
    }

    private static PyDict Mapped(PyDict inputs, PyList? mapping)
    {
        var mapped = new PyDict();
        foreach (var item in (mapping ?? []).Cast<PyDict>())
        {
            mapped[(string)item["new_id"]!] = item.TryGetValue("set_value", out var value) ? value : Py.Item(inputs, (string)item["old_id"]!);
        }

        return mapped;
    }

    private static void Relink(PyList link, PyList? mapping)
    {
        foreach (var item in (mapping ?? []).Cast<PyDict>().Where(m => Py.Equals(m["old_idx"], link[1])))
        {
            link[1] = item["new_idx"];
            return;
        }
    }

    private static PyDict InputsOf(object? node) =>
        node is PyDict known && known.TryGetValue("inputs", out var inputs) && inputs is PyDict given ? given : [];

    private static PyList Of(string old, string now, PyList? widgets, PyList? inputs, PyList? outputs) =>
    [
        new PyDict
        {
            ["new_node_id"] = now,
            ["old_node_id"] = old,
            ["old_widget_ids"] = widgets,
            ["input_mapping"] = inputs,
            ["output_mapping"] = outputs,
        },
    ];

    private static PyDict Old(string now, string old) => new() { ["new_id"] = now, ["old_id"] = old };

    private static PyDict Set(string now, object? value) => new() { ["new_id"] = now, ["set_value"] = value };
}
