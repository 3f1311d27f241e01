namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Every node class of a simulated host.</summary>
internal static class NodeFamilies
{
    public static IReadOnlyList<NodeClass> All { get; } =
    [
        .. ImageNodes.All, .. MaskNodes.All, .. ModelNodes.All, .. LatentNodes.All, .. ConditioningNodes.All, .. SamplerNodes.All,
        .. OutputNodes.All, .. MediaNodes.All, .. ValueNodes.All, .. SimNodes.All,
    ];
}
