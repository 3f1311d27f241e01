using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Secrets;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Api.Description;

/// <summary>A workflow's contract as schemas: what a call's body may hold, and what its run answers.</summary>
public sealed record WorkflowDescription(string Name, int Version, Contract Contract)
{
    /// <summary>A name that is an identifier in most languages, and no other workflow's.</summary>
    public string Id { get; } = Identifiers.OfWorkflow(Name);

    /// <summary>The schema of a call's body.</summary>
    public OpenApiSchema Input(OpenApiDocument document) => new()
    {
        Type = JsonSchemaType.Object,
        Description = $"The values of a call of '{Name}', by tag.",
        AdditionalPropertiesAllowed = false,
        Required = Contract.Tags.Where(t => t.Inputs.Any(i => i.Required)).Select(t => t.Name).ToHashSet(StringComparer.Ordinal),
        Properties = WithExtraData(Contract.Tags.Zip(Identifiers.OfTags(Contract.Tags.Select(t => t.Name)))
            .ToDictionary(t => t.First.Name, t => TagSchema(t.First, $"{Id}_{t.Second}", document), StringComparer.Ordinal), document),
    };

    /// <summary>The schema of its runs' outputs. A run that has not succeeded has none of them.</summary>
    public OpenApiSchema Outputs(OpenApiDocument document) => new()
    {
        Type = JsonSchemaType.Object,
        Description = "The outputs by tag.",
        Properties = Contract.Outputs.ToDictionary(
            o => o.Tag,
            IOpenApiSchema (o) => Schemas.ListOf(new OpenApiSchemaReference(SchemaNames.Output, document), $"Of kind {o.Kind}."),
            StringComparer.Ordinal),
    };

    /// <summary>A call that sets every value to what the saved workflow has.</summary>
    public JsonObject Example() => new(
        from tag in Contract.Tags
        let values = tag.Inputs.Select(i => KeyValuePair.Create(i.Name, Examples.Of(i))).Where(v => v.Value is not null).ToArray()
        where values.Length > 0
        select KeyValuePair.Create(tag.Name, (JsonNode?)new JsonObject(values)));

    // A tag of that name is a tag.
    private static Dictionary<string, IOpenApiSchema> WithExtraData(Dictionary<string, IOpenApiSchema> tags, OpenApiDocument document)
    {
        if (!tags.Keys.Contains(MetadataReader.Member, StringComparer.OrdinalIgnoreCase))
        {
            tags[MetadataReader.Member] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object | JsonSchemaType.Null,
                Description = "What is to be kept with the run and shown on it."
            };
        }

        if (!tags.Keys.Contains(ExtraDataReader.Member, StringComparer.OrdinalIgnoreCase))
        {
            tags[ExtraDataReader.Member] = new OpenApiSchemaReference(SchemaNames.ExtraData, document);
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
            InputType.Int => Integer(input),
            InputType.Float => Schemas.Number().Within(input.Min, input.Max),
            InputType.Boolean => Schemas.Boolean(),
            InputType.String => Schemas.Text(),
            InputType.Enum => Choice(input),
            InputType.File => File(document),
            _ => new OpenApiSchema(),
        };
        schema.Description = DescriptionOf(input);
        // Clients fill in defaults: what the saved choices do not bring has none, since only a call that chooses so may set it.
        if (input is { Default: { } value, Seed: false, Type: not InputType.File, OfChoice: null or { IsSaved: true } })
        {
            schema.Default = Examples.NodeOf(value);
        }

        return schema;
    }

    // No language that clients are generated for has a wider type than int64 that its generators know: a range beyond it is told in words.
    private static OpenApiSchema Integer(ContractInput input) =>
        Schemas.Integer(null, input.Max is null || input.Max > int.MaxValue || input.Min < int.MinValue || input.Seed ? "int64" : "int32")
            .Within(input.Min is { } least ? Math.Clamp(least, long.MinValue, long.MaxValue) : null,
                input.Max is { } most ? Math.Clamp(most, long.MinValue, long.MaxValue) : null);

    private static OpenApiSchema Choice(ContractInput input)
    {
        var options = input.Options ?? [];
        var schema = new OpenApiSchema { Enum = options.IsEmpty ? null : [.. options.Select(Examples.NodeOf)] };
        if (options.All(o => o.ValueKind is JsonValueKind.String))
        {
            schema.Type = JsonSchemaType.String;
        }

        return schema;
    }

    private static OpenApiSchema File(OpenApiDocument document) => new()
    {
        // Generators that know no choices take the first.
        OneOf = [
            Schemas.Text(
                "A URL, a data URI, base64, the ref of an upload, an output of an earlier run, or the name of a file that the hosts have."),
            CommonSchemas.ToInputFile(document),
            Schemas.ListOf(new OpenApiSchema { OneOf = [Schemas.Text(), CommonSchemas.ToInputFile(document)] },
                "Images, which become a batch."),
        ],
    };

    private static string? DescriptionOf(ContractInput input)
    {
        string?[] parts =
        [
            input.Tooltip,
            input.OfChoice is { } choice
                ? $"Only where {choice.Input} is {string.Join(" or ", choice.Values.Select(v => $"'{v}'"))}." : null,
            input.OfChoice is { IsSaved: false } && input.Default is { } initial ? $"{initial.GetRawText()} unless set." : null,
            input.Upload is { } kind ? $"A file: {kind}." : null,
            input.Required ? "No host has the file that the workflow was saved with, so a call brings one." : null,
            input.Type is InputType.Int && input.Step is { } step and > 1
                ? $"In steps of {step.ToString(CultureInfo.InvariantCulture)}, as a rule." : null,
            input is { Type: InputType.Int, Max: > long.MaxValue }
                ? $"Up to {input.Max.Value.ToString(CultureInfo.InvariantCulture)} is taken." : null,
            input.Seed ? "Drawn afresh for each run that does not set it, or says \"random\" in its place; \"saved\" keeps the workflow's "
                + "own." : null,
        ];
        var text = string.Join(' ', parts.OfType<string>());
        return text.Length == 0 ? null : text;
    }
}
