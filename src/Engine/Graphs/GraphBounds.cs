namespace ComfyFunc.Engine.Graphs;

/// <summary>How large a graph may be. Real ones stay far below; what is beyond is refused rather than computed.</summary>
internal static class GraphBounds
{
    /// <summary>Nodes in the file, each definition counted once.</summary>
    public const int Nodes = 20_000;

    /// <summary>Nodes once every subgraph instance is expanded.</summary>
    public const int Expanded = 20_000;

    /// <summary>How deep subgraphs lie in each other.</summary>
    public const int Depth = 32;

    /// <summary>Steps along links, over all inputs.</summary>
    public const int Steps = 400_000;

    /// <summary>Values that one node has.</summary>
    public const int Values = 2_000;

    /// <summary>Characters of the prompt.</summary>
    public const int Characters = 8_000_000;

    /// <summary>What one report says; the rest is counted.</summary>
    public const int Findings = 500;
}
