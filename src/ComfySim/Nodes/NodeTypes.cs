namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Which output fits which input: types are names, lists of names with commas, or the star that fits all.</summary>
internal static class NodeTypes
{
    public const string Any = "*";

    /// <summary>What links decide over: ComfyUI leaves it to the front end.</summary>
    public const string Matching = "COMFY_MATCHTYPE_V3";

    public static bool Fits(string received, string wanted)
    {
        if (received == wanted || received is Matching || wanted is Matching)
        {
            return true;
        }

        var (given, taken) = (Names(received), Names(wanted));
        return given.Contains(Any) || taken.Contains(Any) || given.Intersect(taken).Any();
    }

    private static string[] Names(string type) => type.Split(',', StringSplitOptions.TrimEntries);
}
