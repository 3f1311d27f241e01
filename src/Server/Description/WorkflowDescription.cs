using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Runs;
using ComfyFunc.Secrets;
using ComfyFunc.Workflows;
using Microsoft.OpenApi;

namespace ComfyFunc.Description;

/// <summary>A workflow's contract as schemas: what a call's body may hold, and what its run answers.</summary>
/// <param name="Id">A name that is an identifier in most languages, and no other workflow's.</param>
public sealed record WorkflowDescription(string Id, string Name, int Version, Contract Contract)
{
    // JSON numbers beyond this lose digits in JavaScript, and are no int64 in most languages.
    private const decimal LargestInt64 = long.MaxValue;

    /// <summary>Gives every workflow an identifier: PascalCase, numbered where two would be the same.</summary>
    public static ImmutableArray<WorkflowDescription> Of(IEnumerable<(string Name, int Version, Contract Contract)> workflows)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. workflows.Select(w => new WorkflowDescription(Free(IdentifierOf(w.Name, "Workflow"), taken), w.Name, w.Version, w.Contract))];
    }

    /// <summary>The schema of a call's body.</summary>
    public OpenApiSchema Input(OpenApiDocument document)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return new()
        {
            Type = JsonSchemaType.Object,
            Description = $"The values of a call of '{Name}', by tag.",
            AdditionalPropertiesAllowed = false,
            Required = Contract.Tags.Where(t => t.Inputs.Any(i => i.Required)).Select(t => t.Name).ToHashSet(StringComparer.Ordinal),
            Properties = WithExtraData(Contract.Tags.ToDictionary(t => t.Name, t => TagSchema(t, $"{Id}_{Free(IdentifierOf(t.Name, "Tag"), taken)}", document), StringComparer.Ordinal)),
            Examples = [Example()],
        };
    }

    /// <summary>The schema of its runs' outputs. A run that has not succeeded has none of them.</summary>
    public OpenApiSchema Outputs(OpenApiDocument document) => new()
    {
        Type = JsonSchemaType.Object,
        Description = "The outputs by tag.",
        Properties = Contract.Outputs.ToDictionary(
            o => o.Tag,
            IOpenApiSchema (o) => Schemas.ListOf(new OpenApiSchemaReference(CommonSchemas.Output, document), $"Of kind {o.Kind}."),
            StringComparer.Ordinal),
    };

    /// <summary>A call that sets every value to what the saved workflow has.</summary>
    public JsonObject Example() => new(
        from tag in Contract.Tags
        let values = tag.Inputs.Where(i => i is { Default: not null, Upload: null }).Select(i => KeyValuePair.Create(i.Name, (JsonNode?)NodeOf(i.Default!.Value))).ToArray()
        where values.Length > 0
        select KeyValuePair.Create(tag.Name, (JsonNode?)new JsonObject(values)));

    // A tag of that name is a tag.
    private static Dictionary<string, IOpenApiSchema> WithExtraData(Dictionary<string, IOpenApiSchema> tags)
    {
        if (!tags.Keys.Contains(MetadataReader.Member, StringComparer.OrdinalIgnoreCase))
        {
            tags[MetadataReader.Member] = new OpenApiSchema { Type = JsonSchemaType.Object | JsonSchemaType.Null, Description = "What is to be kept with the run and shown on it." };
        }

        if (!tags.Keys.Contains(ExtraDataReader.Member, StringComparer.OrdinalIgnoreCase))
        {
            tags[ExtraDataReader.Member] = new OpenApiSchema { Type = JsonSchemaType.Object | JsonSchemaType.Null, Description = "What hosts are given beside the prompt, such as keys of partner nodes. Stored sealed and never shown." };
        }

        return tags;
    }

    private static IOpenApiSchema TagSchema(ContractTag tag, string id, OpenApiDocument document)
    {
        var nodes = string.Join(", ", tag.Nodes.Select(n => $"{n.Class} {n.Id}"));
        if (tag is { CanBypass: true, Inputs.IsEmpty: true })
        {
            var choice = Schemas.Boolean($"{nodes}. false bypasses it.");
            choice.Default = true;
            return choice;
        }

        // A component, so that generators have a name for it.
        document.AddComponent(id, new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = $"{nodes}.",
            AdditionalPropertiesAllowed = false,
            Required = tag.Inputs.Where(i => i.Required).Select(i => i.Name).ToHashSet(StringComparer.Ordinal),
            Properties = tag.Inputs.ToDictionary(i => i.Name, IOpenApiSchema (i) => InputSchema(i, document), StringComparer.Ordinal),
        });
        var values = new OpenApiSchemaReference(id, document);
        return tag.CanBypass ? new OpenApiSchema { OneOf = [values, Schemas.Boolean()], Description = "false bypasses it." } : values;
    }

    private static OpenApiSchema InputSchema(ContractInput input, OpenApiDocument document)
    {
        var schema = input.Type switch
        {
            "INT" => Integer(input),
            "FLOAT" => Schemas.Number().Within(input.Min, input.Max),
            "BOOLEAN" => Schemas.Boolean(),
            "STRING" => Schemas.Text(),
            "ENUM" => Choice(input),
            "FILE" => File(document),
            _ => new OpenApiSchema(),
        };
        schema.Description = DescriptionOf(input);
        if (input is { Default: { } value, Seed: false, Type: not "FILE" })
        {
            schema.Default = NodeOf(value);
        }

        return schema;
    }

    private static OpenApiSchema Integer(ContractInput input) =>
        Schemas.Integer(null, input.Max > LargestInt64 ? "uint64" : input.Max > int.MaxValue || input.Min < int.MinValue || input.Max is null ? "int64" : "int32").Within(input.Min, input.Max);

    private static OpenApiSchema Choice(ContractInput input)
    {
        var options = input.Options ?? [];
        var schema = new OpenApiSchema { Enum = options.IsEmpty ? null : [.. options.Select(NodeOf)] };
        if (options.All(o => o.ValueKind is JsonValueKind.String))
        {
            schema.Type = JsonSchemaType.String;
        }

        return schema;
    }

    private static OpenApiSchema File(OpenApiDocument document) => new()
    {
        // Generators that know no choices take the first.
        OneOf =
        [
            Schemas.Text("A URL, a data URI, base64, the ref of an upload, an output of an earlier run, or the name of a file that the hosts have."),
            new OpenApiSchemaReference(CommonSchemas.InputFile, document),
            Schemas.ListOf(new OpenApiSchema { OneOf = [Schemas.Text(), new OpenApiSchemaReference(CommonSchemas.InputFile, document)] }, "Images, which become a batch."),
        ],
    };

    private static string? DescriptionOf(ContractInput input)
    {
        string?[] parts =
        [
            input.Tooltip,
            input.Upload is { } kind ? $"A file: {kind}." : null,
            input.Required ? "No host has the file that the workflow was saved with, so a call brings one." : null,
            input.Type is "INT" && input.Step is { } step and > 1 ? $"In steps of {step.ToString(CultureInfo.InvariantCulture)}, as a rule." : null,
            input.Seed ? "Drawn afresh for each run that does not set it, or says \"random\" in its place; \"saved\" keeps the workflow's own." : null,
        ];
        var text = string.Join(' ', parts.OfType<string>());
        return text.Length == 0 ? null : text;
    }

    private static JsonNode NodeOf(JsonElement value) => JsonNode.Parse(value.GetRawText()) ?? JsonValue.Create("null");

    private static string IdentifierOf(string name, string otherwise)
    {
        var words = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var identifier = string.Concat(words.Select(w => $"{char.ToUpperInvariant(w[0])}{w[1..]}"));
        return identifier.Length == 0 || char.IsAsciiDigit(identifier[0]) ? $"{otherwise}{identifier}" : identifier;
    }

    private static string Free(string identifier, HashSet<string> taken)
    {
        var free = identifier;
        for (var n = 2; !taken.Add(free); n++)
        {
            free = identifier + n.ToString(CultureInfo.InvariantCulture);
        }

        return free;
    }
}
