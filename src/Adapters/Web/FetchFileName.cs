using System.Net.Http.Headers;

namespace ComfyFunc.Adapters.Web;

/// <summary>Finds the name that a download goes by, reduced to one harmless path segment.</summary>
internal static class FetchFileName
{
    private const int Longest = 120;

    public static string? Of(Uri url, ContentDispositionHeaderValue? disposition) =>
        Clean(disposition?.FileNameStar) ?? Clean(disposition?.FileName?.Trim('"')) ?? Clean(Uri.UnescapeDataString(url.AbsolutePath));

    private static string? Clean(string? name)
    {
        if (name is null)
        {
            return null;
        }

        var segment = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = string.Concat(segment.Where(c => !char.IsControl(c) && !"<>:\"|?*".Contains(c, StringComparison.Ordinal)))
            .Trim(' ', '.');
        return clean.Length is 0 ? null : clean[^Math.Min(clean.Length, Longest)..];
    }
}
