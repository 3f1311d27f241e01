using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Reads what an instance of a subgraph holds itself: values of its promoted inputs, by the definition's order, or by the older list of
/// proxied widgets.
/// </summary>
internal sealed class InstanceValues(GraphScope inner, GraphNode instance, GraphViews views, Promotion promotion,
    GraphReport report)
{
    private const string Own = Proxy.Own;

    private GraphPlace Place => inner.Parent!.Place(instance) with { Pointer = instance.Pointer + "/widgets_values" }; // It is an instance.

    public void Fill()
    {
        FillDefaults();
        var proxies = new ProxyList(inner, instance, views).Read();
        if (proxies.IsEmpty)
        {
            FillPromoted([.. instance.Values.Items().Take(GraphBounds.Values)]);
            FillQuarantined();
        }
        else
        {
            FillQuarantined();
            FillProxied(proxies);
        }

        FillFromAbove(proxies);
    }

    // A promoted widget begins with the value of the widget within that it stands for.
    private void FillDefaults()
    {
        for (var i = 0; i < inner.Hosted.Length; i++)
        {
            if (promotion.Leaf(inner.Graph, i) is { } leaf)
            {
                inner.Hosted[i] = leaf.Value;
            }
        }
    }

    private void FillPromoted(ImmutableArray<JsonElement> values)
    {
        if (values.IsEmpty && instance.Values.ValueKind is JsonValueKind.Object)
        {
            FillNamed(instance.Values);
            report.Differs("D2", Place, "The values of the instance are an object and read by name. The browser reads none of them.");
            return;
        }

        if (values.IsEmpty && instance.Named.ValueKind is JsonValueKind.Object)
        {
            FillNamed(instance.Named);
            report.Differs("D1", Place,
                "There are only named values, which are read. A front end that does not know them sends the inner ones.");
            return;
        }

        var hosts = Enumerable.Range(0, inner.Hosted.Length).Select(i => (Input: i, Leaf: promotion.Leaf(inner.Graph, i)))
            .Where(h => h.Leaf is not null).ToArray();
        var at = 0;
        for (var h = 0; h < hosts.Length && at < values.Length; h++)
        {
            inner.Hosted[hosts[h].Input] = values[at++];
            if (at < values.Length && values.Length - at > hosts.Length - h - 1 && hosts[h].Leaf is { Input: { } leaf } widget
                && ControlMarks.Has(leaf, widget.Name) && ControlMarks.Is(values[at]))
            {
                at++;
                report.Differs("G4", Place with { Input = inner.Graph.Inputs[hosts[h].Input].Name },
                    "A control mark behind the promoted seed is passed over. The browser reads it as the next value.");
            }
        }

        if (at < values.Length)
        {
            report.Note("G4", Place, $"The last {values.Length - at} of {values.Length} values belong to no promoted input.");
        }

        foreach (var (input, _) in hosts)
        {
            var name = inner.Graph.Inputs[input].Name;
            if (instance.Named.Member(name) is { ValueKind: not JsonValueKind.Undefined } named
                && !JsonElement.DeepEquals(named, inner.Hosted[input]))
            {
                report.Note("D1", Place with { Input = name },
                    $"widgets_values_named has another value of {name}; the array counts, as in the browser.");
            }
        }
    }

    // What the front end could not place as it read an older list: its value counts before those of the array, the first of a name.
    private void FillQuarantined()
    {
        var filled = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in instance.Property("proxyWidgetErrorQuarantine").Items().Take(GraphBounds.Values))
        {
            var original = entry.Member("originalEntry");
            if (!entry.Member("hostValue").IsThere() || original.ValueKind is not JsonValueKind.Array || original.GetArrayLength() < 2
                || original[0].Id() is not Own || original[1].Text() is not { } name || !filled.Add(name))
            {
                continue;
            }

            for (var i = 0; i < inner.Hosted.Length; i++)
            {
                if (inner.Graph.Inputs[i].Name == name && inner.Hosted[i].ValueKind is not JsonValueKind.Undefined)
                {
                    inner.Hosted[i] = entry.Member("hostValue");
                    report.Note("G5", Place with { Input = name },
                        $"{name} has the value that the front end set aside in proxyWidgetErrorQuarantine, as in the browser.");
                }
            }
        }
    }

    private void FillNamed(JsonElement names)
    {
        for (var i = 0; i < inner.Hosted.Length; i++)
        {
            if (inner.Hosted[i].ValueKind is not JsonValueKind.Undefined
                && names.Member(inner.Graph.Inputs[i].Name) is { ValueKind: not JsonValueKind.Undefined } value)
            {
                inner.Hosted[i] = value;
            }
        }
    }

    private void FillProxied(ImmutableArray<Proxy> proxies)
    {
        ImmutableArray<JsonElement> values = [.. instance.Values.Items().Take(GraphBounds.Values)];
        FillUnlisted(proxies, values);
        inner.Proxied.UnionWith(proxies.Where(p => !IsSocketless(p)).Select(p => (p.Node, p.Widget)));
        var at = 0;
        foreach (var proxy in proxies)
        {
            if (at >= values.Length)
            {
                break;
            }

            var value = values[at++];
            if (proxy.Node is not Own && value.ValueKind is JsonValueKind.Null)
            {
                continue; // Front ends wrote null for what the inner node holds itself.
            }

            if (proxy.Node is not Own && inner.Graph.Find(proxy.Node) is null)
            {
                report.Note("G5", Place with { Input = proxy.Widget },
                    $"The instance has a value for {proxy.Widget} of its node {proxy.Node}, which is not in the subgraph.");
            }
            else if (proxy.Node is not Own && IsSocketless(proxy))
            {
                report.Note("G5", Place with { Input = proxy.Widget },
                    $"{proxy.Widget} of the node {proxy.Node} has no socket: as in newer front ends, the instance's value is set aside.");
            }
            else
            {
                Set(inner, proxy, value);
            }
        }
    }

    private bool IsSocketless(Proxy proxy) => inner.Graph.Find(proxy.Node) is { } node && views.Of(inner, node) is { Class: not null } view
        && view.Widget(proxy.Widget) is { IsSent: true } && view.IndexOf(proxy.Widget) < 0;

    // The front end gives promoted inputs that the list leaves out what stands at their places.
    private void FillUnlisted(ImmutableArray<Proxy> proxies, ImmutableArray<JsonElement> values)
    {
        var listed = proxies.Where(p => p.Node is Own).Select(p => p.Widget).ToHashSet(StringComparer.Ordinal);
        var at = 0;
        for (var i = 0; i < inner.Hosted.Length && at < values.Length; i++)
        {
            if (inner.Hosted[i].ValueKind is JsonValueKind.Undefined)
            {
                continue;
            }

            var name = inner.Graph.Inputs[i].Name;
            if (!listed.Contains(name) && !JsonElement.DeepEquals(inner.Hosted[i], values[at]))
            {
                inner.Hosted[i] = values[at];
                report.Note("G5", Place with { Input = name },
                    $"The list of proxied widgets leaves out {name}; it gets value {at}, as in the browser.");
            }

            at++;
        }
    }

    // What the instance around this one holds for it.
    private void FillFromAbove(ImmutableArray<Proxy> proxies)
    {
        foreach (var ((node, widget), value) in inner.Parent!.Overrides) // It is an instance.
        {
            if (node != instance.Id)
            {
                continue;
            }

            var border = inner.Graph.Inputs.FirstOrDefault(i => i.Name == widget);
            if (border is not null)
            {
                Set(inner, new(Own, widget), value);
            }
            else if (proxies.FirstOrDefault(p => p.Widget == widget) is { } proxy)
            {
                Set(inner, proxy, value);
            }
        }
    }

    private void Set(GraphScope scope, Proxy proxy, JsonElement value)
    {
        if (proxy.Node is Own)
        {
            for (var i = 0; i < scope.Hosted.Length; i++)
            {
                if (scope.Graph.Inputs[i].Name == proxy.Widget)
                {
                    scope.Hosted[i] = value;
                }
            }

            return;
        }

        scope.Overrides[(proxy.Node, proxy.Widget)] = value;
        HostLinked(scope, proxy, value);
        Sever(scope, proxy);
    }

    // An older file lists a widget that by now is promoted with a link.
    private void HostLinked(GraphScope scope, Proxy proxy, JsonElement value)
    {
        if (scope.Graph.Find(proxy.Node) is { } node && views.Of(scope, node) is var view
            && view.IndexOf(proxy.Widget) is var index and >= 0
            && view.Inputs[index].Link is { } id && scope.Graph.Links.TryGetValue(id, out var link) && link.Origin is Graph.InputNode
            && link.OriginSlot >= 0 && link.OriginSlot < scope.Hosted.Length)
        {
            scope.Hosted[link.OriginSlot] = value;
        }
    }

    // The front end makes an input of the entry, and links that: a link that the nested instance had there is gone.
    private void Sever(GraphScope scope, Proxy proxy)
    {
        if (scope.Graph.Find(proxy.Node) is { } node && views.DefinitionOf(node) is not null && node.Input(proxy.Widget) is { Link: { } id }
            && scope.Graph.Links.TryGetValue(id, out var link) && link.Origin is not Graph.InputNode)
        {
            scope.Severed.Add((proxy.Node, proxy.Widget));
            report.Differs("G5", scope.Place(node, proxy.Widget),
                $"{proxy.Widget} is linked within the subgraph and proxied on its instance; "
                + "the instance's value counts, as it does in newer front ends.");
        }
    }
}
