using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComfyFunc.Server.Api.Description;
using Json.Schema;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>
/// Holds answers to the description. Verb and path find the operation, status and content type the schema, and the body has to fit it, with
/// no member that the schema does not name.
/// </summary>
internal sealed class DescribedAnswers
{
    private const string Base = "https://comfyfunc.example/api";

    private static readonly EvaluationOptions Options = new()
    {
        OutputFormat = OutputFormat.List,
        RequireFormatValidation = true,
        FormatRegistry = FormatsWithInt32()
    };

    private readonly ImmutableArray<(Regex Path, JsonObject Item)> paths;
    private readonly JsonObject components;
    private readonly BuildOptions build = new() { SchemaRegistry = new() };
    private readonly Dictionary<string, JsonSchema> built = new(StringComparer.Ordinal);

    public DescribedAnswers(JsonObject document)
    {
        components = document["components"]!.AsObject();
        paths = [.. document["paths"]!.AsObject().OrderBy(p => p.Key.Count(c => c == '{'))
            .Select(p => (PathOf(p.Key), p.Value!.AsObject()))];
        var bases = Bases(document).ToHashSet(StringComparer.Ordinal);
        var definitions = new JsonObject(components["schemas"]!.AsObject()
            .Select(s => KeyValuePair.Create(s.Key, (JsonNode?)Closed(s.Value!, isBase: bases.Contains(s.Key)))));
        JsonSchema.FromText(new JsonObject { ["$id"] = Base, ["$defs"] = definitions }.ToJsonString(), build);
    }

    /// <summary>What every server describes, whatever workflows it has.</summary>
    public static DescribedAnswers OfEveryServer => General.Value;

    private static Lazy<DescribedAnswers> General { get; } = new(() => new(DocumentOf([])));

    public static JsonObject DocumentOf(ImmutableArray<WorkflowDescription> workflows) =>
        // Writes to memory.
        JsonNode.Parse(WrittenDescriptions.WriteAsync(ApiDescription.Of(workflows, "http://localhost"), CancellationToken.None).GetAwaiter()
            .GetResult())!.AsObject();

    /// <summary>Why an answer is none that the description allows; <see langword="null"/> where it is one.</summary>
    public string? FaultOf(HttpMethod verb, string path, HttpStatusCode status, string? contentType, string body)
    {
        var (response, fault) = ResponseOf(verb, path, (int)status);
        if (response is null)
        {
            return fault;
        }

        if (response["content"] is not JsonObject content)
        {
            return body.Length == 0 ? null : $"The answer has a body, and none is described for {(int)status}.";
        }

        if (MediaOf(content, contentType) is not { } media)
        {
            return $"The content type '{contentType}' is not described for {(int)status}.";
        }

        return contentType?.Contains("json", StringComparison.Ordinal) is true && media["schema"] is { } schema
            ? FaultOf(schema, body) : null;
    }

    private (JsonObject? Response, string? Fault) ResponseOf(HttpMethod verb, string path, int status)
    {
        var item = paths.FirstOrDefault(p => p.Path.IsMatch(path)).Item;
        if (item is null || verb == HttpMethod.Head || verb == HttpMethod.Options)
        {
            return default; // Nothing is there, or nothing but headers.
        }

        if (item[verb.Method.ToLowerInvariant()] is not JsonObject operation)
        {
            return status is 404 or 405 ? default : (null, $"{verb} is not described.");
        }

        var responses = operation["responses"]!.AsObject();
        return (responses[$"{status}"] ?? (status >= 500 ? responses["default"] : null)) is JsonObject found
            ? (Resolved(found), null)
            : (null, $"The status {status} is not described for {(string)operation["operationId"]!}.");
    }

    private static JsonObject? MediaOf(JsonObject content, string? contentType)
    {
        var parts = (contentType ?? "").Split(';', StringSplitOptions.TrimEntries);
        var profile = parts.FirstOrDefault(p => p.StartsWith("profile=", StringComparison.Ordinal));
        return content[profile is null ? parts[0] : $"{parts[0]};{profile}"]?.AsObject();
    }

    private string? FaultOf(JsonNode schema, string body)
    {
        JsonElement value;
        try
        {
            value = JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return "The body is no JSON.";
        }

        var results = SchemaOf(schema).Evaluate(value, Options);
        return results.IsValid ? null
            : string.Join("; ", (results.Details ?? []).Where(d => d.Errors is not null)
                .SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation} {e.Key}: {e.Value}")).Distinct().Take(8));
    }

    private JsonSchema SchemaOf(JsonNode schema)
    {
        var text = Closed(schema, isBase: false).ToJsonString();
        lock (built)
        {
            return built.TryGetValue(text, out var known) ? known
                : built[text] = JsonSchema.FromText(text, build, new($"{Base}/{built.Count}"));
        }
    }

    private JsonObject Resolved(JsonObject response) =>
        (string?)response["$ref"] is { } reference
        ? components["responses"]![reference[(reference.LastIndexOf('/') + 1)..]]!.AsObject() : response;

    // Schemas that others extend are closed where they are extended.
    private static IEnumerable<string> Bases(JsonNode node) => node switch
    {
        JsonObject o =>
            (o["allOf"] is JsonArray all ? all.Select(a => (string?)a!["$ref"]).OfType<string>().Select(r => r[(r.LastIndexOf('/') + 1)..])
                : []).Concat(o.SelectMany(m => m.Value is null ? [] : Bases(m.Value))),
        JsonArray a => a.SelectMany(i => i is null ? [] : Bases(i)),
        _ => [],
    };

    /// <summary>The schema with nothing allowed that it does not name, and its references as JSON Schema has them.</summary>
    private static JsonNode Closed(JsonNode node, bool isBase)
    {
        switch (node)
        {
            case JsonObject schema:
                var closed = new JsonObject(schema.Select(m => KeyValuePair.Create(m.Key, m switch
                {
                    { Key: "$ref" } => ((string)m.Value!).Replace("#/components/schemas/", $"{Base}#/$defs/", StringComparison.Ordinal),
                    { Key: "properties", Value: JsonObject members } =>
                        new JsonObject(members.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Closed(p.Value!, isBase: false)))),
                    { Key: "allOf", Value: JsonArray all } => new JsonArray([.. all.Select(a => Closed(a!, isBase: true))]),
                    { Key: "enum" or "example" or "examples" or "default" or "const" } => m.Value?.DeepClone(),
                    { Value: null } => null,
                    _ => Closed(m.Value, isBase: false),
                })));
                if (!isBase && (schema["properties"] is JsonObject || schema["allOf"] is JsonArray)
                    && schema["additionalProperties"] is null)
                {
                    closed["unevaluatedProperties"] = false;
                }

                return closed;
            case JsonArray list:
                return new JsonArray([.. list.Select(i => i is null ? null : Closed(i, isBase: false))]);
            default:
                return node.DeepClone();
        }
    }

    private static Regex PathOf(string template) =>
        new($"^{string.Join("[^/]+", Regex.Split(template, @"\{[^}]+\}").Select(Regex.Escape))}/?$",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static FormatRegistry FormatsWithInt32()
    {
        var formats = new FormatRegistry();
        formats.Register(new PredicateFormat("int32", v => v.ValueKind is not JsonValueKind.Number || v.TryGetInt32(out _)));
        return formats;
    }
}
