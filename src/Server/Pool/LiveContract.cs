using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Workflows;

namespace ComfyFunc.Pool;

/// <summary>A contract with its enums as they are now: what hosts that take work offer, where the saved version knows what they offered then.</summary>
public sealed class LiveContract(HostStore hosts, HostCatalogs catalogs)
{
    /// <summary>A pool that offers nothing at present leaves the contract as it was saved.</summary>
    public Contract Of(Contract contract)
    {
        NodeCatalog[] live = [.. hosts.Known.Where(h => h.Status is HostStatus.Ready or HostStatus.WarmingUp).Select(h => h.CatalogHash).Distinct().Select(catalogs.Find).OfType<NodeCatalog>()];
        return live.Length == 0 ? contract : contract with { Tags = [.. contract.Tags.Select(t => t with { Inputs = [.. t.Inputs.Select(i => Live(i, t, live))] })] };
    }

    private static ContractInput Live(ContractInput input, ContractTag tag, NodeCatalog[] live)
    {
        if (input.Options is null)
        {
            return input;
        }

        var offered = new List<JsonElement>();
        foreach (var option in tag.Nodes.SelectMany(n => live.Select(c => c.Find(n.Class)?.Find(input.Name))).OfType<NodeInput>().SelectMany(i => i.Options))
        {
            if (!offered.Any(o => JsonElement.DeepEquals(o, option)))
            {
                offered.Add(option);
            }
        }

        return offered.Count == 0 ? input : input with { Options = [.. offered] };
    }
}
