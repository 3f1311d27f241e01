namespace ComfyFunc.Engine.Graphs;

/// <summary>A widget that an instance shows.</summary>
/// <param name="Node">The node within that has it, or <see cref="Own"/>.</param>
internal sealed record Proxy(string Node, string Widget)
{
    /// <summary>Stands for the instance itself: the widget is one of its promoted inputs.</summary>
    public const string Own = "-1";
}
