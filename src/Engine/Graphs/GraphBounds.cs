namespace ComfyFunc.Engine.Graphs;

/// <summary>How large a graph may be. Real ones stay far below; what is beyond is refused rather than computed.</summary>
internal static class GraphBounds
{
    /// <summary>Nodes in the file, each definition counted once.</summary>
    public const int Nodes = 20_000;

    /// <summary>Nodes once every subgraph instance is expanded.</summary>
    public const int Expanded = 10_000;

    /// <summary>How deep subgraphs lie in each other.</summary>
    public const int Depth = 32;

    /// <summary>How deep values lie in each other.</summary>
    public const int JsonDepth = 1_000;

    /// <summary>Steps along links, over all inputs.</summary>
    public const int Steps = 400_000;

    /// <summary>Values that one node has.</summary>
    public const int Values = 2_000;

    /// <summary>Inputs that one node has.</summary>
    public const int Inputs = 2_000;

    /// <summary>Characters of an id.</summary>
    public const int IdCharacters = 100;

    /// <summary>Nodes of a group node.</summary>
    public const int GroupNodes = 200;

    /// <summary>What Use Everywhere sends within one graph.</summary>
    public const int Senders = 200;

    /// <summary>Characters of the prompt.</summary>
    public const int Characters = 8_000_000;

    /// <summary>What one report says; the rest is counted.</summary>
    public const int Findings = 500;
}
