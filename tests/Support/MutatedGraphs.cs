using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.Support;

/// <summary>
/// Graphs as nobody should send them: keys gone, other types, cut links, circles, doubled ids, deep nesting, huge arrays. One seed gives
/// the same ones always.
/// </summary>
internal sealed class MutatedGraphs(int seed, IReadOnlyList<string> samples)
{
    private const int Most = 6;
    private const int Deep = 40;
    private const int Huge = 5_000;
    private readonly Random random = new(seed);

    public JsonElement Next()
    {
        var graph = JsonNode.Parse(samples[random.Next(samples.Count)])!; // The samples are objects.
        for (var i = random.Next(1, Most); i > 0; i--)
        {
            Mutate(graph);
        }

        return JsonElement.Parse(graph.ToJsonString(), new JsonDocumentOptions { MaxDepth = 256 });
    }

    private void Mutate(JsonNode graph)
    {
        var places = Places(graph).ToList();
        if (places.Count == 0)
        {
            return;
        }

        var (parent, key) = places[random.Next(places.Count)];
        var value = key is string name ? parent[name] : parent[(int)key];
        switch (random.Next(9))
        {
            case 0:
                Remove(parent, key);
                break;
            case 1:
                Put(parent, key, Strange());
                break;
            case 2:
                Put(parent, key, Deeper(value?.DeepClone()));
                break;
            case 3 when value is JsonArray { Count: > 0 } list:
                Repeat(list, random.Next(10) == 0 ? Huge : 3);
                break;
            case 4:
                var (from, at) = places[random.Next(places.Count)];
                Put(parent, key, (at is string text ? from[text] : from[(int)at])?.DeepClone());
                break;
            default:
                Rewire(graph);
                break;
        }
    }

    // Ids and slots that are another node's: circles, doubles, links to nowhere.
    private void Rewire(JsonNode graph)
    {
        var ids = Places(graph)
            .Where(p => p.Key is "id" or "origin_id" or "target_id" or "link" or "mode" or "type" or "origin_slot").ToList();
        if (ids.Count == 0)
        {
            return;
        }

        var (parent, key) = ids[random.Next(ids.Count)];
        var (from, at) = ids[random.Next(ids.Count)];
        Put(parent, key, random.Next(3) == 0 ? JsonValue.Create(random.Next(-20, 12)) : from[(string)at]?.DeepClone());
    }

    private JsonNode? Strange() => random.Next(12) switch
    {
        0 => null,
        1 => JsonValue.Create(true),
        2 => JsonValue.Create(-1),
        3 => JsonValue.Create(1e300),
        4 => JsonValue.Create(long.MaxValue),
        5 => JsonValue.Create(""),
        6 => JsonValue.Create(new string('{', 2_000) + "a|b"),
        7 => JsonValue.Create("%date:" + new string('d', 500) + "%" + new string('%', 500)),
        8 => new JsonArray(),
        9 => new JsonObject(),
        10 => JsonValue.Create(4),
        _ => JsonValue.Create("-10"),
    };

    private JsonNode? Deeper(JsonNode? value)
    {
        for (var i = random.Next(1, Deep); i > 0; i--)
        {
            value = random.Next(2) == 0 ? new JsonArray(value) : new JsonObject { ["nodes"] = value };
        }

        return value;
    }

    private static void Repeat(JsonArray list, int times)
    {
        for (var i = list.Count; i < times; i++)
        {
            list.Add(list[i % list.Count]?.DeepClone());
        }
    }

    private static void Remove(JsonNode parent, object key)
    {
        if (parent is JsonObject members)
        {
            members.Remove((string)key);
        }
        else
        {
            parent.AsArray().RemoveAt((int)key);
        }
    }

    private static void Put(JsonNode parent, object key, JsonNode? value)
    {
        if (key is string name)
        {
            parent[name] = value;
        }
        else
        {
            parent[(int)key] = value;
        }
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode? at)
    {
        IEnumerable<(object Key, JsonNode? Value)> children = at switch
        {
            JsonObject members => members.Select(m => ((object)m.Key, m.Value)),
            JsonArray items => items.Select((item, i) => ((object)i, item)),
            _ => [],
        };
        foreach (var (key, value) in children.Take(200))
        {
            yield return (at!, key);
            foreach (var inner in Places(value))
            {
                yield return inner;
            }
        }
    }
}
