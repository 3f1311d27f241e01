using System.Globalization;

namespace ComfyFunc.Engine.Prompts;

/// <summary>
/// Reads what names an output of an earlier run: <c>run:{id}/{tag}/{n}</c>, or the path of a link that the API hands out for it.
/// </summary>
public static class OutputLink
{
    private const string Prefix = "run:";
    private const string PathPrefix = "/api/runs/";
    private const string SignedPrefix = "/api/links/runs/";
    private const string PathMiddle = "/outputs/";

    /// <summary>Whether a text means to be one.</summary>
    public static bool IsMeant(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal) || text.StartsWith(PathPrefix, StringComparison.OrdinalIgnoreCase)
        || text.StartsWith(SignedPrefix, StringComparison.OrdinalIgnoreCase);

    /// <returns><see langword="null"/> where the text is none.</returns>
    public static FileSource.RunOutput? Read(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal) ? ReadName(text[Prefix.Length..])
        : text.StartsWith(PathPrefix, StringComparison.OrdinalIgnoreCase) ? ReadPath(text[PathPrefix.Length..])
        : text.StartsWith(SignedPrefix, StringComparison.OrdinalIgnoreCase) ? ReadPath(text[SignedPrefix.Length..])
        : null;

    // A tag may have slashes in it; ids and numbers have none.
    private static FileSource.RunOutput? ReadName(string name) =>
        name.IndexOf('/', StringComparison.Ordinal) is > 0 and var first && name.LastIndexOf('/') is var last && last > first
            ? Of(name[..first], name[(first + 1)..last], name[(last + 1)..], "")
            : null;

    private static FileSource.RunOutput? ReadPath(string path)
    {
        path = path.Split('#')[0];
        var mark = path.IndexOf('?', StringComparison.Ordinal);
        var (place, query) = mark < 0 ? (path, "") : (path[..mark], path[mark..]);
        var middle = place.IndexOf(PathMiddle, StringComparison.OrdinalIgnoreCase);
        var last = place.LastIndexOf('/');
        return middle > 0 && last > middle + PathMiddle.Length - 1
            ? Of(place[..middle], Uri.UnescapeDataString(place[(middle + PathMiddle.Length)..last]), place[(last + 1)..], query)
            : null;
    }

    private static FileSource.RunOutput? Of(string id, string tag, string number, string query) =>
        RunId.TryParse(id, out var run) && tag.Trim().Length > 0
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new(run, tag.Trim(), index, query)
            : null;
}
