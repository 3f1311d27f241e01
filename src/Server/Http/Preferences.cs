using ComfyFunc.Outputs;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc;

/// <summary>What one call asks of its answer: the Prefer header (RFC 7240) and the query over the configured defaults.</summary>
public readonly record struct Preferences(TimeSpan Wait, OutputForm Output, ReturnForm Return)
{
    /// <summary>Seconds. Functions cuts HTTP answers off at 230 s on every plan.</summary>
    public const int LongestWait = 220;

    /// <summary>How images are wanted; faults in it are for the endpoint to tell.</summary>
    public Rendition? Rendition { get; init; }

    public OutputView View => new(Output, Rendition);

    public static Preferences Of(HttpRequest request, AnswerOptions defaults)
    {
        var preferences = Tokens(request).ToLookup(t => t.Name, t => t.Value, StringComparer.OrdinalIgnoreCase);
        var wait = preferences.Contains("respond-async") && !preferences.Contains("wait") ? 0 : Seconds(preferences["wait"].FirstOrDefault()) ?? defaults.Wait;
        return new(
            TimeSpan.FromSeconds(Math.Clamp(wait, 0, LongestWait)),
            Parse(request.Query["output"], defaults.Output),
            Parse(preferences["return"].FirstOrDefault(), defaults.Return)) { Rendition = Rendition.Read(request.Query).Rendition };
    }

    private static int? Seconds(string? text) => int.TryParse(text, out var seconds) ? seconds : null;

    private static T Parse<T>(string? text, T otherwise) where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : otherwise;

    private static IEnumerable<(string Name, string Value)> Tokens(HttpRequest request) =>
        from header in request.Headers["Prefer"]
        from token in (header ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let parts = token.Split('=', 2, StringSplitOptions.TrimEntries)
        select (parts[0], parts.Length > 1 ? parts[1].Trim('"') : "");
}
