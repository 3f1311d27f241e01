using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ComfyFunc.Server.Following;

/// <summary>What one call asks of its answer: the Prefer header (RFC 7240) and the query over the configured defaults.</summary>
public readonly record struct Preferences(TimeSpan Wait, OutputForm Output, ReturnForm Return)
{
    public const string Header = "Prefer";

    /// <summary>The query parameter that says <see cref="Output"/>.</summary>
    internal static QueryParameter OutputQuery { get; } =
        QueryParameters.OneOf("output", "base64 has files inline instead of links.", "url", "base64");

    private const string Applied = "Preference-Applied";

    // Of RFC 7240, section 4. Who is not known is not obeyed, and need not be told so.
    private static readonly string[] Names = ["wait", "return", "respond-async", "handling"];

    /// <summary>How images are wanted; faults in it are for the endpoint to tell.</summary>
    public Rendition? Rendition { get; init; }

    public OutputView View => new(Output, Rendition);

    public static Preferences Of(HttpRequest request, AnswerOptions defaults)
    {
        var preferences = Tokens(request).ToLookup(t => t.Name, t => t.Value, StringComparer.OrdinalIgnoreCase);
        var wait = preferences.Contains("respond-async") && !preferences.Contains("wait") ? 0
            : Seconds(preferences["wait"].FirstOrDefault()) ?? defaults.Wait;
        return new(
            TimeSpan.FromSeconds(Math.Clamp(wait, 0, AnswerOptions.LongestWait)),
            Parse(request.Query["output"], defaults.Output),
            Parse(preferences["return"].FirstOrDefault(), defaults.Return))
        { Rendition = Rendition.Read(request.Query).Rendition };
    }

    /// <summary>
    /// What is wrong with the Prefer header: a known preference with a value that it cannot have, or what may be one misspelled.
    /// </summary>
    public static ImmutableArray<Fault> Faults(HttpRequest request) =>
        [.. Tokens(request).Select(Objection).OfType<string>().Select(o => new Fault(FaultCode.InvalidRequest, o, $"/{Header}"))];

    /// <summary>Tells the caller which preferences the answer has honoured, and caches that it depends on them.</summary>
    public static void Tell(HttpRequest request, bool isMinimal)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Append(HeaderNames.Vary, Header);
        string[] applied =
        [
            .. Tokens(request).DistinctBy(t => t.Name, StringComparer.OrdinalIgnoreCase)
                .Select(t => (Name: t.Name.ToLowerInvariant(), t.Value)).Select(t => t switch
            {
                ("wait", _) => $"wait={Math.Min(Seconds(t.Value) ?? 0, AnswerOptions.LongestWait)}",
                ("respond-async", _) => t.Name,
                ("return", _) when isMinimal == t.Value.Equals("minimal", StringComparison.OrdinalIgnoreCase) => $"return={t.Value}",
                _ => null,
            }).OfType<string>(),
        ];
        if (applied.Length > 0)
        {
            headers[Applied] = string.Join(", ", applied);
        }
    }

    private static string? Objection((string Name, string Value) token) => token.Name.ToLowerInvariant() switch
    {
        "wait" when Seconds(token.Value) is null => $"wait is a whole number of seconds, not '{token.Value}'.",
        "return" when !IsName<ReturnForm>(token.Value) => $"return is minimal or representation, not '{token.Value}'.",
        "respond-async" when token.Value.Length > 0 => "respond-async has no value.",
        "handling" when token.Value.ToLowerInvariant() is not ("strict" or "lenient") =>
            $"handling is strict or lenient, not '{token.Value}'.",
        "" => "A preference has a name.",
        _ => Names.Contains(token.Name, StringComparer.OrdinalIgnoreCase) ? null : Suggestion.NearestOf(token.Name, Names) is { } meant
            ? $"There is no preference '{token.Name}'. Did you mean '{meant}'?" : null,
    };

    private static int? Seconds(string? text) =>
        text is { Length: > 0 } && text.All(char.IsAsciiDigit)
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : int.MaxValue : null;

    // A name is there.
    private static T Parse<T>(string? text, T otherwise) where T : struct, Enum =>
        IsName<T>(text) ? Enum.Parse<T>(text!, ignoreCase: true) : otherwise;

    private static bool IsName<T>(string? text) where T : struct, Enum =>
        Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<(string Name, string Value)> Tokens(HttpRequest request) =>
        from header in request.Headers[Header]
        from token in (header ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let parts = token.Split('=', 2, StringSplitOptions.TrimEntries)
        select (parts[0], parts.Length > 1 ? parts[1].Trim('"') : "");
}
