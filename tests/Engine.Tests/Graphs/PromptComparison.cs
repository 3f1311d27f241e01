using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>Compares as the product does, and titles too.</summary>
internal static class PromptComparison
{
    /// <param name="isNewer">Whether the catalog is newer than <paramref name="theirs"/>: the defaults that it adds make no difference, nor
    /// do titles that classes have got since.</param>
    public static IEnumerable<(string Node, string? Input, string Detail)> Differences(JsonElement ours, JsonElement theirs,
        NodeCatalog catalog, bool isNewer)
    {
        var found = PromptDifferences.Between(ours, theirs, catalog);
        Assert.Equal(0, found.Left);
        return found.Listed.Where(d => !isNewer || d.Kind is not PromptDifferenceKind.AddedDefault)
            .Select(d => (d.Node, d.Input, d.Message)).Concat(Titles(ours, theirs, isNewer));
    }

    private static IEnumerable<(string Node, string? Input, string Detail)> Titles(JsonElement ours, JsonElement theirs, bool isNewer) =>
        from node in theirs.EnumerateObject()
        where ours.TryGetProperty(node.Name, out _)
        let title = TitleOf(node.Value)
        let own = TitleOf(ours.GetProperty(node.Name))
        where title is not null && title != own && !(isNewer && title == node.Value.GetProperty("class_type").GetString())
        select (node.Name, "_meta", $"{own} for {title}");

    private static string? TitleOf(JsonElement node) =>
        node.TryGetProperty("_meta", out var meta) && meta.TryGetProperty("title", out var title) ? title.GetString() : null;
}
