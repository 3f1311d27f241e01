using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Engine;
using Microsoft.AspNetCore.Http;
using OpenApiSchema = Microsoft.OpenApi.OpenApiSchema;

namespace ComfyFunc.Server.Http;

/// <summary>The kinds of query parameters, and the check that a request has no others than its endpoint reads.</summary>
internal static class QueryParameters
{
    // A function key may stand in the query, under these names: the platform has read it.
    private static readonly string[] OfThePlatform = ["code", "clientId"];

    /// <summary>One whose reader checks it.</summary>
    public static QueryParameter Text(string name, string? description = null) => Text(name, Schemas.Text(description));

    /// <inheritdoc cref="Text(string, string?)"/>
    public static QueryParameter Text(string name, OpenApiSchema schema) => new(name, schema);

    /// <summary><c>?name</c>, <c>?name=true</c> or <c>?name=false</c>.</summary>
    public static QueryParameter Flag(string name, string description) => new(name, Schemas.Boolean(description),
        value => value.Length == 0 || bool.TryParse(value, out _) ? null : $"{name} is true or false, not '{value}'.");

    public static QueryParameter OneOf(string name, string? description, params string[] words) => new(name,
        Schemas.OneOf(description, words),
        value => words.Contains(value, StringComparer.OrdinalIgnoreCase)
            ? null
            : $"{name} is {string.Join(" or ", words)}, not '{value}'.{Suggestion.Nearest(value, words)}");

    public static QueryParameter Whole(string name, int least, int most) => new(name, Schemas.Integer().Within(least, most),
        value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? null
            : $"{name} is a whole number from {least} to {most}.");

    /// <summary>Whether a flag is set.</summary>
    public static bool IsSet(this IQueryCollection query, string flag) =>
        query.TryGetValue(flag, out var value) && !string.Equals(value, bool.FalseString, StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with a request's query, parameter by parameter.</summary>
    public static ImmutableArray<Fault> Faults(ApiRoute route, IQueryCollection query)
    {
        var faults = ImmutableArray.CreateBuilder<Fault>();
        foreach (var (name, values) in query.Where(q => !OfThePlatform.Contains(q.Key, StringComparer.OrdinalIgnoreCase)))
        {
            var pointer = JsonPointer.Of(name);
            if (route.Query.FirstOrDefault(p => p.Is(name)) is not { } known)
            {
                var names = route.Query.Select(p => p.IsPrefix ? $"{p.Name}*" : p.Name);
                faults.Add(new(FaultCode.InvalidRequest,
                    $"There is no query parameter '{name}' here. {Suggestion.Among(name, names, "query parameters")}", pointer));
            }
            else if (values.Count > 1 && !known.MayRepeat)
            {
                faults.Add(new(FaultCode.InvalidRequest, $"{known.Name} is said {values.Count} times; say it once.", pointer));
            }
            else
            {
                faults.AddRange(values.Select(v => known.Objection?.Invoke(v ?? "")).OfType<string>()
                    .Select(o => new Fault(FaultCode.InvalidRequest, o, pointer)));
            }
        }

        faults.AddRange(route.QueryFaults?.Invoke(query) ?? []);
        return faults.ToImmutable();
    }
}
