using System.Globalization;
using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;
using ComfyFunc.ComfySim.Stubs;

namespace ComfyFunc.ComfySim.Validation;

/// <summary>
/// The inputs that a node is checked for, as ComfyUI's <c>get_finalized_class_inputs</c> has them: what its choices bring, and all that its
/// groups may grow to. Of a combo that is not set, or to no choice, it says nothing.
/// </summary>
internal static class FinalInputs
{
    private const string DynamicCombo = "COMFY_DYNAMICCOMBO_V3";
    private const string Autogrow = "COMFY_AUTOGROW_V3";

    private static readonly string[] Both = ["required", "optional"];

    public static IEnumerable<(InputSpec Spec, bool IsRequired)> Of(NodeClass nodeClass, PyDict given) =>
        nodeClass.Required.SelectMany(s => Of(s, true, given)).Concat(nodeClass.Optional.SelectMany(s => Of(s, false, given)));

    public static bool AreDynamic(NodeClass nodeClass) => nodeClass.Inputs.Any(s => s.Type is DynamicCombo or Autogrow);

    private static IEnumerable<(InputSpec Spec, bool IsRequired)> Of(InputSpec spec, bool isRequired, PyDict given) => spec.Type switch
    {
        DynamicCombo => OfChoice(spec, isRequired, given),
        Autogrow => OfGroup(spec),
        _ => [(spec, isRequired)],
    };

    private static IEnumerable<(InputSpec Spec, bool IsRequired)> OfChoice(InputSpec spec, bool isRequired, PyDict given)
    {
        var choice = !given.TryGetValue(spec.Name, out var key) ? null
            : (spec.Options?.GetValueOrDefault("options") as PyList ?? []).OfType<PyDict>()
                .FirstOrDefault(o => Py.Equals(o.GetValueOrDefault("key"), key));
        return choice is null ? []
            : Groups(choice.GetValueOrDefault("inputs"), spec.Name).SelectMany(c => Of(c.Spec, c.IsRequired, given))
                .Append((spec, isRequired));
    }

    private static IEnumerable<(InputSpec Spec, bool IsRequired)> OfGroup(InputSpec spec)
    {
        if (spec.Options?.GetValueOrDefault("template") is not PyDict template
            || Groups(template.GetValueOrDefault("input"), spec.Name).Take(1).ToArray() is not [var (one, isRequired)])
        {
            return [];
        }

        var min = Number(template, "min");
        var names = template.GetValueOrDefault("names") is PyList listed ? listed.Select(Py.Str)
            : Enumerable.Range(0, Number(template, "max"))
                .Select(i => Py.Str(template.GetValueOrDefault("prefix")) + i.ToString(CultureInfo.InvariantCulture));
        return names.Select((name, i) => (one with { Name = $"{spec.Name}.{name}" }, isRequired && i < min));
    }

    private static IEnumerable<(InputSpec Spec, bool IsRequired)> Groups(object? groups, string prefix) =>
        from name in Both
        from input in (groups as PyDict)?.GetValueOrDefault(name) as PyDict ?? []
        select (StubClass.Input($"{prefix}.{input.Key}", input.Value as PyList ?? []), name is "required");

    private static int Number(PyDict template, string name) =>
        template.GetValueOrDefault(name) is { } number && Py.IsNumber(number) ? (int)Py.ToFloat(number) : 0;
}
