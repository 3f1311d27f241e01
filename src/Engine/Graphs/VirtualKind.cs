namespace ComfyFunc.Engine.Graphs;

/// <summary>What a node is that only the front end knows.</summary>
internal enum VirtualKind
{
    /// <summary>It is a node of the prompt.</summary>
    None,

    /// <summary>Writes its value into the widgets that it is linked to.</summary>
    Primitive,

    /// <summary>Hands on what its first input gets.</summary>
    Reroute,

    /// <summary>Hands its input to the Gets of its name.</summary>
    Set,

    /// <summary>Gets what the Set of its name has.</summary>
    Get,

    /// <summary>A note, a switch of modes, a drawing: what comes out of it went in at the same number, or is nothing.</summary>
    Nothing,
}

/// <summary>Knows the nodes of the front end and of the packs that have their own.</summary>
internal static class VirtualNodes
{
    /// <param name="isKnown">Whether the catalog has a class of this name: then it is a node of the prompt, whatever it is called.</param>
    public static VirtualKind KindOf(string type, bool isKnown) => type switch
    {
        "PrimitiveNode" => VirtualKind.Primitive,
        "Reroute" => VirtualKind.Reroute,
        "Note" or "MarkdownNote" => VirtualKind.Nothing,
        _ when isKnown => VirtualKind.None,
        "Anything Everywhere" or "Anything Everywhere3" or "Anything Everywhere?" or "Prompts Everywhere" => VirtualKind.Nothing,
        "SetNode" or "easy setNode" => VirtualKind.Set,
        "GetNode" or "easy getNode" => VirtualKind.Get,
        "Reroute (rgthree)" => VirtualKind.Reroute,
        "Node Collector (rgthree)" or "Node Combiner (rgthree)" or "Fast Muter (rgthree)" or "Fast Bypasser (rgthree)"
            or "Fast Groups Muter (rgthree)" or "Fast Groups Bypasser (rgthree)" or "Fast Actions Button (rgthree)"
            or "Mute / Bypass Repeater (rgthree)" or "Mute / Bypass Relay (rgthree)" or "Random Unmuter (rgthree)"
            or "Bookmark (rgthree)" or "Label (rgthree)" => VirtualKind.Nothing,
        _ => VirtualKind.None,
    };

    /// <summary>Says what a node of the front end does only there.</summary>
    public static void Say(string type, GraphPlace place, GraphReport report)
    {
        switch (type)
        {
            case "Random Unmuter (rgthree)":
                report.Differs("E7", place,
                    "The browser unmutes one of the nodes at this one's inputs each time it queues; here they are as saved.");
                break;
            case "Seed (rgthree)":
                report.Note("E7", place,
                    "The seeds -1, -2 and -3 mean a random one, the last one more, and one less: the browser draws them.");
                break;
            case "Image Comparer (rgthree)":
                report.Differs("E7", place, "The browser sends the pictures that this node showed last; here it sends none.");
                break;
            case "ImpactWildcardProcessor" or "ImpactWildcardEncode":
                report.Differs("E8", place, "The browser fills the wildcards of this node in as it queues; here its text is as saved.");
                break;
        }
    }
}
