using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Chooses the input that stands in for an output of a bypassed node, as the front end does.</summary>
internal static class BypassSlot
{
    /// <param name="inputs">The types of the node's inputs, as the front end numbers them.</param>
    /// <param name="own">The type of the output.</param>
    /// <param name="output">The number of the output.</param>
    /// <param name="type">What the consumer takes.</param>
    /// <returns>The number of the input; -1 when none fits.</returns>
    public static int Of(ImmutableArray<string> inputs, string? own, int output, string? type)
    {
        if (type is null or InputType.Wildcard)
        {
            return output >= 0 && output < inputs.Length ? output : 0;
        }

        var isNumbered = output >= 0 && output < inputs.Length;
        return isNumbered && Fits(inputs[output]) ? output
            : inputs.IndexOf(type) is var exact and >= 0 ? exact
            : inputs.Index().Where(i => Fits(i.Item)).Select(i => i.Index).FirstOrDefault(-1);

        bool Fits(string input) => Bypass.Fits(input, own ?? InputType.Wildcard) && Bypass.Fits(input, type);
    }
}
