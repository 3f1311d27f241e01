namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads what an instance of a group node holds for the nodes within.</summary>
internal static class GroupValues
{
    public static void Fill(GraphScope inner, GraphNode instance, GraphViews views, GraphReport report)
    {
    }
}
