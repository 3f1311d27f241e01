using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Engine;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Following;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>One query parameter that an endpoint reads.</summary>
/// <param name="Objection">What is wrong with a value, or <see langword="null"/>; parameters without are checked by who reads them.</param>
/// <param name="MayRepeat">Whether it may be said several times.</param>
public sealed record QueryParameter(string Name, Func<string, string?>? Objection = null, bool MayRepeat = false)
{
    /// <summary>Whether this is the parameter of that name; one that ends with a dot has many names, which begin with its own.</summary>
    public bool Is(string name) => Name.EndsWith('.')
        ? name.Length > Name.Length && name.StartsWith(Name, StringComparison.OrdinalIgnoreCase)
        : name.Equals(Name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The query parameters of the API, and the check that a request has no others.</summary>
public static class QueryParameters
{
    /// <summary>The largest page of a listing.</summary>
    public const int LargestPage = 200;

    // A function key may stand in the query, under these names: the platform has read it.
    private static readonly string[] OfThePlatform = ["code", "clientId"];

    public static QueryParameter Breaking { get; } = OneOf("breaking", "allow", "refuse");

    public static QueryParameter Include { get; } = OneOf("include", "prompt");

    public static QueryParameter Output { get; } = OneOf("output", "url", "base64");

    /// <summary><c>metadata.key=value</c>, for any key.</summary>
    public static QueryParameter Metadata { get; } = new(RunFilterReader.MetadataPrefix, MayRepeat: true);

    public static QueryParameter Signature { get; } = Text(RunLinks.Signature);

    /// <summary>How images are wanted.</summary>
    public static ImmutableArray<QueryParameter> Rendition { get; } = [.. Outputs.Rendition.Parameters.Select(Text)];

    public static ImmutableArray<QueryParameter> Page { get; } = [Whole("limit", 1, LargestPage), Text("continuation")];

    /// <summary>What a call asks of the pool.</summary>
    public static ImmutableArray<QueryParameter> Demand { get; } =
    [
        Text("priority"), new("label", MayRepeat: true), Text("minVramGb"), Text("startWithin"), Text("finishWithin"), Text("metadata"),
        Text("webhook"), Text("webhookEvents"),
    ];

    public static ImmutableArray<QueryParameter> Call { get; } = [.. Demand, Flag("validateOnly"), Output, .. Rendition];

    /// <summary>One whose reader checks it.</summary>
    public static QueryParameter Text(string name) => new(name);

    /// <summary><c>?name</c>, <c>?name=true</c> or <c>?name=false</c>.</summary>
    public static QueryParameter Flag(string name) =>
        new(name, value => value.Length == 0 || bool.TryParse(value, out _) ? null : $"{name} is true or false, not '{value}'.");

    public static QueryParameter OneOf(string name, params string[] words) =>
        new(name, value => words.Contains(value, StringComparer.OrdinalIgnoreCase)
        ? null
        : $"{name} is {string.Join(" or ", words)}, not '{value}'.{Suggestion.Nearest(value, words)}");

    public static QueryParameter Whole(string name, int least, int most) =>
        new(name, value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
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
                faults.Add(new(FaultCode.InvalidRequest,
                    $"There is no query parameter '{name}' here. {Suggestion.Among(name, route.Query.Select(p => p.Name.EndsWith('.') ? $"{p.Name}*" : p.Name), "query parameters")}", pointer));
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

        return faults.ToImmutable();
    }
}
