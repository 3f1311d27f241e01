using System.Globalization;
using System.Text.Json;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>
/// What ComfyUI would refuse of a prompt, told plainly from its catalog: the inputs that its own validation names, and those over which
/// a node of the newer kind would fail when it is executed.
/// </summary>
internal sealed class ComfyValidation(JsonElement prompt, JsonElement catalog)
{
    private readonly HashSet<(string Node, string Input)> refused = [];

    public static IReadOnlySet<(string Node, string Input)> Refused(JsonElement prompt, JsonElement catalog)
    {
        var validation = new ComfyValidation(prompt, catalog);
        foreach (var node in prompt.EnumerateObject())
        {
            if (node.Value.TryGetProperty("class_type", out var name) && catalog.TryGetProperty(name.GetString()!, out var nodeClass))
            {
                validation.Check(node.Name, node.Value.GetProperty("inputs"), nodeClass);
            }
        }

        return validation.refused;
    }

    private void Check(string id, JsonElement inputs, JsonElement nodeClass)
    {
        var expanded = new Dictionary<string, (JsonElement Spec, bool IsRequired)>(StringComparer.Ordinal);
        Expand(id, inputs, nodeClass.GetProperty("input"), "", expanded);
        foreach (var (name, (spec, isRequired)) in expanded)
        {
            if (!inputs.TryGetProperty(name, out var value) ? isRequired : !Takes(spec, value))
            {
                refused.Add((id, name));
            }
        }

        foreach (var stray in inputs.EnumerateObject().Where(i => i.Name.Contains('.', StringComparison.Ordinal) && IsLink(i.Value)
            && !expanded.ContainsKey(i.Name) && !refused.Contains((id, i.Name.Split('.')[0]))))
        {
            refused.Add((id, stray.Name));
        }
    }

    private void Expand(string id, JsonElement inputs, JsonElement groups, string prefix,
        Dictionary<string, (JsonElement Spec, bool IsRequired)> expanded)
    {
        foreach (var group in groups.EnumerateObject().Where(g => g.Name is "required" or "optional"))
        {
            foreach (var input in group.Value.EnumerateObject())
            {
                var (name, isRequired) = (prefix + input.Name, group.Name is "required");
                switch (input.Value[0].ValueKind is JsonValueKind.String ? input.Value[0].GetString() : "")
                {
                    case "COMFY_DYNAMICCOMBO_V3" when inputs.TryGetProperty(name, out var key):
                        var option = input.Value[1].GetProperty("options").EnumerateArray()
                            .FirstOrDefault(o => JsonElement.DeepEquals(o.GetProperty("key"), key));
                        if (option.ValueKind is JsonValueKind.Undefined)
                        {
                            refused.Add((id, name));
                            break;
                        }

                        expanded[name] = (JsonElement.Parse("""["ANYTHING",{}]"""), isRequired);
                        Expand(id, inputs, option.GetProperty("inputs"), name + ".", expanded);
                        break;
                    case "COMFY_DYNAMICCOMBO_V3":
                        _ = isRequired && refused.Add((id, name));
                        break;
                    case "COMFY_AUTOGROW_V3":
                        ExpandGroup(name, input.Value[1].GetProperty("template"), expanded);
                        break;
                    default:
                        expanded[name] = (input.Value, isRequired);
                        break;
                }
            }
        }
    }

    private static void ExpandGroup(string name, JsonElement template, Dictionary<string, (JsonElement Spec, bool IsRequired)> expanded)
    {
        var names = template.TryGetProperty("names", out var listed) ? listed.EnumerateArray().Select(n => n.GetString()!)
            : Enumerable.Range(0, template.GetProperty("max").GetInt32()).Select(i => $"{template.GetProperty("prefix").GetString()}{i}");
        var one = template.GetProperty("input").EnumerateObject().First(g => g.Value.EnumerateObject().Any());
        foreach (var (i, own) in names.Index())
        {
            var isRequired = one.Name is "required" && i < template.GetProperty("min").GetInt32();
            expanded[$"{name}.{own}"] = (one.Value.EnumerateObject().First().Value, isRequired);
        }
    }

    private bool Takes(JsonElement spec, JsonElement value)
    {
        var extra = spec.GetArrayLength() > 1 ? spec[1] : default;
        var type = spec[0].ValueKind is JsonValueKind.Array ? "COMBO" : spec[0].GetString()!;
        if (value.ValueKind is JsonValueKind.Array)
        {
            return IsLink(value) && (IsUnread(value) || (Gives(value) is { } given && Fits(given, type)));
        }

        value = value.ValueKind is JsonValueKind.Object && value.TryGetProperty("__value__", out var inner) ? inner : value;
        var number = NumberOf(value);
        return type switch
        {
            "INT" or "FLOAT" => number is { } n && !(n < Bound(extra, "min")) && !(n > Bound(extra, "max")),
            // Nodes without a list look at the value themselves.
            "COMBO" => value.ValueKind is not JsonValueKind.Null && Options(spec, extra) is var options
                && (!options.Any() || (value.ValueKind is JsonValueKind.Array
                    ? value.EnumerateArray().All(v => options.Any(o => JsonElement.DeepEquals(o, v)))
                    : options.Any(o => JsonElement.DeepEquals(o, value)))),
            // A link is wanted. ComfyUI takes a value, and the node fails.
            "IMAGE" or "MASK" or "MODEL" or "CLIP" or "VAE" or "LATENT" or "CONDITIONING" => false,
            _ => true,
        };
    }

    // Of a class that nobody knows nothing is told.
    private bool IsUnread(JsonElement link) => prompt.TryGetProperty(link[0].GetString()!, out var source)
        && (!source.TryGetProperty("class_type", out var name) || !catalog.TryGetProperty(name.GetString()!, out _));

    private string? Gives(JsonElement link) =>
        prompt.TryGetProperty(link[0].GetString()!, out var source) && source.TryGetProperty("class_type", out var name)
        && catalog.TryGetProperty(name.GetString()!, out var nodeClass) && nodeClass.GetProperty("output") is var outputs
        && link[1].GetInt32() < outputs.GetArrayLength()
            ? outputs[link[1].GetInt32()] is { ValueKind: JsonValueKind.String } type ? type.GetString() : "COMBO" : null;

    private static bool Fits(string given, string type) => given == type || given is "COMFY_MATCHTYPE_V3" || type is "COMFY_MATCHTYPE_V3"
        || given.Split(',') is var some && type.Split(',') is var others
            && (some.Contains("*") || others.Contains("*") || some.Intersect(others).Any());

    private static bool IsLink(JsonElement value) => value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 2
        && value[0].ValueKind is JsonValueKind.String && value[1].ValueKind is JsonValueKind.Number;

    private static JsonElement.ArrayEnumerator Options(JsonElement spec, JsonElement extra) =>
        spec[0].ValueKind is JsonValueKind.Array ? spec[0].EnumerateArray()
        : extra.TryGetProperty("options", out var listed) ? listed.EnumerateArray() : default;

    private static double? Bound(JsonElement extra, string name) =>
        extra.ValueKind is JsonValueKind.Object && extra.TryGetProperty(name, out var bound) && bound.ValueKind is JsonValueKind.Number
            ? bound.GetDouble() : null;

    private static double? NumberOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String when double.TryParse(value.GetString(), CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}
