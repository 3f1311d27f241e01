using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// Asks the pool's hosts what stands in for node classes that are gone. It is asked only where a graph has such classes, which is seldom,
/// so nothing is kept.
/// </summary>
public sealed class HostReplacements(HostStore hosts, HostConnections connections, HostMonitor monitor) : INodeReplacements
{
    /// <returns>What all of them say. The first host that says something of a class counts.</returns>
    public async Task<JsonElement> AskAsync(CancellationToken cancellationToken)
    {
        var taking = hosts.Known.Where(h => h.Status is HostStatus.Ready or HostStatus.WarmingUp)
            .OrderBy(h => h.Id.Value, StringComparer.Ordinal);
        var answers = await Task.WhenAll(taking.Select(h => AskAsync(h, cancellationToken)));
        var all = new JsonObject();
        foreach (var member in answers.Where(a => a.ValueKind is JsonValueKind.Object).SelectMany(a => a.EnumerateObject()))
        {
            all.TryAdd(member.Name, JsonNode.Parse(member.Value.GetRawText()));
        }

        return JsonSerializer.SerializeToElement(all);
    }

    private async Task<JsonElement> AskAsync(PoolHost host, CancellationToken cancellationToken)
    {
        await monitor.ReachAsync(host.Id, cancellationToken);
        return connections.Find(host.Id)?.Client is { } client ? await client.GetNodeReplacementsAsync(cancellationToken) : default;
    }
}
