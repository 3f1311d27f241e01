using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads what the nodes of Use Everywhere send: the links into them, or their own outputs.</summary>
internal static class EverywhereSenders
{
    public static bool Is(GraphNode node) => node.Type is "Anything Everywhere" or "Anything Everywhere3" or "Anything Everywhere?"
        or "Prompts Everywhere" or "Seed Everywhere";

    public static Func<GraphNode, IEnumerable<EverywhereSender>> Of(GraphScope scope, GraphViews views) => node =>
        !Is(node) && !node.Property("ue_convert").Is() ? []
        : Told(node, node.Type is "Seed Everywhere" || !Is(node) ? OwnOutputs(views.Of(scope, node)) : Inputs(scope, views, node));

    /// <summary>The frames that are drawn around a node.</summary>
    public static string[] GroupsOf(Graph graph, GraphNode node) =>
        graph.Frames.IsEmpty ? []
        : [.. graph.Frames.Where(f => node.Position.X >= f.X && node.Position.X < f.X + f.Width
            && node.Position.Y >= f.Y && node.Position.Y < f.Y + f.Height).Select(f => f.Title)];

    private static IEnumerable<(string Name, int Index, GraphLink Link)> OwnOutputs(NodeView view)
    {
        var silent = view.Node.Property("ue_properties").Member("output_not_broadcasting");
        for (var i = 0; i < view.Outputs.Length; i++)
        {
            var name = i < view.Node.Outputs.Length ? view.Node.Outputs[i].Name : view.Outputs[i];
            if (!silent.Member(name).Is())
            {
                yield return (name, i, new("", view.Node.Id, i, "", 0, view.Outputs[i]));
            }
        }
    }

    private static IEnumerable<(string Name, int Index, GraphLink Link)> Inputs(GraphScope scope, GraphViews views, GraphNode node)
    {
        for (var i = 0; i < node.Inputs.Length; i++)
        {
            if (node.Inputs[i] is { Link: { } id } input && EverywhereLinks.Behind(scope, id) is { } link && IsLive(scope, link))
            {
                yield return (input.Label ?? input.Name, i, link with { Type = TypeOf(scope, views, link, input) });
            }
        }
    }

    private static bool IsLive(GraphScope scope, GraphLink link) =>
        link.Origin is Graph.InputNode || scope.Graph.Find(link.Origin) is { Mode: NodeMode.Always };

    // What comes through reroutes and bypassed nodes keeps its type; the link itself may be of any.
    private static string TypeOf(GraphScope scope, GraphViews views, GraphLink link, GraphInput input)
    {
        for (var steps = 0; steps < GraphBounds.Depth && scope.Graph.Find(link.Origin) is { } origin; steps++)
        {
            var view = views.Of(scope, origin);
            if (view.OutputType(link.OriginSlot) is { } type and not InputType.Wildcard)
            {
                return type;
            }

            if (view.Virtual is not VirtualKind.Reroute || view.Inputs.IsEmpty || view.Inputs[0].Link is not { } next
                || !scope.Graph.Links.TryGetValue(next, out var before))
            {
                break;
            }

            link = before;
        }

        return link.Type is not InputType.Wildcard ? link.Type : input.Type;
    }

    private static IEnumerable<EverywhereSender> Told(GraphNode node, IEnumerable<(string Name, int Index, GraphLink Link)> sent)
    {
        var all = sent.ToArray();
        var settings = node.Property("ue_properties");
        var isNew = settings.IsThere();
        var values = node.Values.Items().ToArray();
        var rule = settings.Member("repeated_type_rule").Int() ?? 0;
        foreach (var (name, index, link) in all)
        {
            var isRepeated = all.Count(s => s.Link.Type == link.Type) > 1 || settings.Member("apply_to_unrepeated").Is();
            yield return new()
            {
                Node = node,
                Link = link,
                Name = node.Type is "Prompts Everywhere" ? index == 0 ? "positive" : "negative" : name,
                TitlePattern = isNew ? Pattern(settings.Text("title_regex")) : node.Type is "Anything Everywhere?"
                    ? Pattern(At(values, 0)) : null,
                InputPattern = node.Type switch
                {
                    "Seed Everywhere" => EverywherePatterns.Seed,
                    "Prompts Everywhere" when !isNew => index == 0 ? EverywherePatterns.Positive : EverywherePatterns.Negative,
                    _ when isNew => Pattern(settings.Text("input_regex")),
                    "Anything Everywhere?" => Pattern(At(values, 1)),
                    _ => null,
                },
                GroupPattern = isNew ? Pattern(settings.Text("group_regex")) : node.Type is "Anything Everywhere?"
                    ? Pattern(At(values, 2)) : null,
                IsTitleInverted = settings.Member("title_regex_invert").Is(),
                IsInputInverted = settings.Member("input_regex_invert").Is(),
                IsGroupInverted = settings.Member("group_regex_invert").Is(),
                GroupRestriction = Restriction(isNew ? settings : node.Properties, "group_restricted"),
                ColorRestriction = Restriction(isNew ? settings : node.Properties, "color_restricted"),
                SendsToAny = settings.Member("send_to_any").Is() || settings.Member("send_to_any").Int() is > 0,
                SendsTextToCombos = settings.Member("string_to_combo").Is() || settings.Member("string_to_combo").Int() is > 0,
                OwnPriority = settings.Member("priority").Int() is { } own and not 0 ? own : null,
                RepeatedRule = isNew && isRepeated ? rule : null,
            };
        }
    }

    private static int Restriction(JsonElement settings, string name) =>
        settings.Member(name).Int() ?? (settings.Member(name).Is() ? 1 : 0);

    private static string? At(JsonElement[] values, int index) => index < values.Length ? values[index].Text() : null;

    private static string? Pattern(string? pattern) => pattern is null or "" or ".*" ? null : pattern;
}
