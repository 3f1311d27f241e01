using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Media;
using ComfyFunc.Server.Pool;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// Reads what somebody sent: a prompt, a graph, or both. Graphs are converted with the node classes that came along, and for the others with
/// what the pool's hosts know.
/// </summary>
public sealed class SourceReader(LiveWorkflows live, INodeReplacements replacements, HostStore hosts)
{
    /// <summary>The member in which node classes come along, as <c>/object_info</c> describes them.</summary>
    public const string CatalogMember = "catalog";

    /// <summary>What is taken: JSON, or a file that ComfyUI wrote.</summary>
    public static ApiBody Body { get; } = new(Shape.Object, BodyKind.JsonOrFile)
    {
        Description = "A graph as ComfyUI saves it, a prompt as it exports it (API format), both ({\"workflow\":…,\"prompt\":…}), or a file that "
            + "ComfyUI wrote: a picture, a film, a sound, a latent.",
    };

    /// <summary>Reads a request's body.</summary>
    /// <returns>What is in it, or why there is nothing.</returns>
    public static async Task<(SavedDocument? Document, Fault? Fault)> BodyAsync(HttpRequest request, long maxBytes,
        CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, maxBytes, cancellationToken) is not { } content)
        {
            return (null, new(FaultCode.InputTooLarge, $"The body is larger than {maxBytes} bytes."));
        }

        var body = SavedBody.Read(content);
        return (body.Document, body.Fault);
    }

    public async Task<SourceReply> ReadAsync(SavedDocument document, CancellationToken cancellationToken)
    {
        var (sent, fault) = CatalogOf(document.Envelope);
        if (fault is not null)
        {
            return new SourceReply.Refused([fault]);
        }

        var replaced = ImmutableArray<GraphFinding>.Empty;
        if (document.Prompt is { } prompt)
        {
            (prompt, replaced) = await ReplaceAsync(prompt, sent, cancellationToken);
            document = document with { Prompt = prompt };
        }

        if (document.Graph is not { } graph)
        {
            return new SourceReply.Read(new(document, null, null, sent) { Replaced = replaced });
        }

        var (conversion, catalog) = await ConvertAsync(graph, sent, cancellationToken);
        var source = new WorkflowSource(document, conversion,
            document.Prompt is { } given ? PromptDifferences.Between(conversion, given, catalog) : null, sent)
        { Replaced = replaced };
        return new SourceReply.Read(document.Prompt is null ? source with { Unknown = UnknownOf(source, catalog) } : source);
    }

    private async Task<(JsonElement Prompt, ImmutableArray<GraphFinding> Replaced)> ReplaceAsync(JsonElement prompt, NodeCatalog sent,
        CancellationToken cancellationToken)
    {
        var classes = Workflow.ClassesOf(prompt);
        var catalog = await CatalogAsync(classes, sent, cancellationToken);
        if (classes.All(catalog.Has))
        {
            return (prompt, []);
        }

        var standIns = await replacements.AskAsync(cancellationToken);
        catalog = await CatalogAsync(classes.AddRange(GraphConverter.ReplacementsOf(classes, catalog, standIns)), sent, cancellationToken);
        return PromptReplacements.Apply(prompt, catalog, standIns);
    }

    private async Task<(GraphConversion Conversion, NodeCatalog Catalog)> ConvertAsync(JsonElement graph, NodeCatalog sent,
        CancellationToken cancellationToken)
    {
        var classes = GraphConverter.ClassesOf(graph);
        var catalog = await CatalogAsync(classes, sent, cancellationToken);
        JsonElement standIns = default;
        if (classes.Any(c => GraphConverter.IsOfPrompts(c) && !catalog.Has(c)))
        {
            standIns = await replacements.AskAsync(cancellationToken);
            if (GraphConverter.ReplacementsOf(classes, catalog, standIns) is { IsEmpty: false } others)
            {
                catalog = await CatalogAsync(classes.AddRange(others), sent, cancellationToken);
            }
        }

        return (GraphConverter.Convert(graph, catalog, replacements: standIns), catalog);
    }

    // The file was made where the classes came from: how its nodes are laid out, those say best.
    private async Task<NodeCatalog> CatalogAsync(ImmutableArray<string> classes, NodeCatalog sent, CancellationToken cancellationToken)
    {
        var known = sent.Only(classes);
        var others = await live.CatalogOfAsync([.. classes.Where(c => !known.Has(c))], NodeCatalog.Empty, cancellationToken);
        return NodeCatalog.Union([known, others]);
    }

    // A prompt says which of its values is which; a graph does not, unless somebody knows the class.
    private ImmutableArray<Fault> UnknownOf(WorkflowSource source, NodeCatalog catalog)
    {
        var pool = hosts.Known.Select(h => h.Id.Value).Order(StringComparer.Ordinal).ToArray();
        var lacking = pool.Length == 0 ? "no host is registered, and no catalog came along" : $"{string.Join(", ", pool)} lack it";
        return
        [
            .. (source.Conversion?.Prompt is { } prompt ? prompt.EnumerateObject() : default)
                .Where(n => n.Value.TryGetProperty("class_type", out var type) && !catalog.Has(type.GetString() ?? ""))
                .Select(n => new Fault(FaultCode.InvalidWorkflow,
                    $"No host has the node class '{n.Value.GetProperty("class_type").GetString()}' of node {n.Name} "
                        + $"('{TitleOf(n.Value)}'), so which of its values is which cannot be told: {lacking}. (Rule I3.)",
                    source.PlaceOf(JsonPointer.Of(n.Name)))),
        ];
    }

    private static string? TitleOf(JsonElement node) =>
        node.TryGetProperty("_meta", out var meta) && meta.TryGetProperty("title", out var title) ? title.GetString() : null;

    private static (NodeCatalog Catalog, Fault? Fault) CatalogOf(JsonElement? envelope)
    {
        if (envelope is not { } around || !around.TryGetProperty(CatalogMember, out var given) || given.ValueKind is JsonValueKind.Null)
        {
            return (NodeCatalog.Empty, null);
        }

        return given.ValueKind is JsonValueKind.Object && given.EnumerateObject().All(c => c.Value.ValueKind is JsonValueKind.Object)
            ? (NodeCatalog.Read(JsonSerializer.SerializeToUtf8Bytes(given)), null)
            : (NodeCatalog.Empty, new(FaultCode.InvalidWorkflow,
                "catalog is what /object_info of the ComfyUI answers in which the workflow was made, or the part of it that it uses: "
                    + "{\"KSampler\":{\"input\":…},…}.",
                JsonPointer.Of(CatalogMember)));
    }
}

/// <summary>Whether what was sent can be read.</summary>
public abstract record SourceReply
{
    private SourceReply() { }

    public sealed record Read(WorkflowSource Source) : SourceReply;

    public sealed record Refused(ImmutableArray<Fault> Faults) : SourceReply;
}
