using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Chooses the input that stands in for an output of a bypassed node, as the front end does.</summary>
internal static class BypassSlot
{
    /// <param name="type">What the consumer takes.</param>
    /// <returns>The number of the input; -1 when none fits.</returns>
    public static int Of(NodeView view, int output, string? type)
    {
        var inputs = view.Inputs;
        if (type is null or InputType.Wildcard)
        {
            return output >= 0 && output < inputs.Length ? output : 0;
        }

        var own = view.OutputType(output) ?? InputType.Wildcard;
        if (output >= 0 && output < inputs.Length && Bypass.Fits(inputs[output].Type, own) && Bypass.Fits(inputs[output].Type, type))
        {
            return output;
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Type == type)
            {
                return i;
            }
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (Bypass.Fits(inputs[i].Type, own) && Bypass.Fits(inputs[i].Type, type))
            {
                return i;
            }
        }

        return -1;
    }
}
