namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads the group nodes of older files as what became of them: subgraphs.</summary>
internal static class GroupNodes
{
    /// <summary>What the classes of group nodes begin with.</summary>
    public const string Mark = "workflow";
}
