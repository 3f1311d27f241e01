using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using Microsoft.OpenApi;

namespace ComfyFunc.Tests.Server;

/// <summary>What the schema of a record says, and that the record is written so.</summary>
public class ViewSchemasTests
{
    [Fact]
    public async Task A_schema_says_what_is_written()
    {
        var document = new OpenApiDocument { Components = new() };
        var reference = ViewSchemas.In(document, typeof(Outer));

        Assert.Equal(["Inner", "Outer"], document.Components.Schemas!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Outer", reference.Reference.Id);
        Assert.Equal(
            """
            {"required":["id","when"],"type":"object","properties":{"id":{"type":"string","description":"Its name."},"when":{"type":"string","format":"date-time"},"kind":{"enum":["a","b"],"type":"string"},"kinds":{"type":"array","items":{"enum":["c"],"type":"string"}},"link":{"type":"string","format":"uri"},"count":{"type":"integer","format":"int64"},"left":{"type":"number","format":"double"},"none":{"type":["null","string"]},"byName":{"type":"object","additionalProperties":{"type":"integer","format":"int32"}},"inner":{"$ref":"#/components/schemas/Inner"}},"description":"What is around."}
            """, await JsonOf(document.Components.Schemas["Outer"]));
    }

    [Fact]
    public void What_is_null_is_left_out_unless_its_schema_allows_null() =>
        Assert.Equal("""{"id":"x","when":"2026-01-01T00:00:00+00:00","kinds":[],"none":null,"byName":{}}""",
            JsonSerializer.Serialize(new Outer { Id = "x", When = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) }, ServerJson.Options));

    [Fact]
    public void A_record_without_a_name_is_no_view() =>
        Assert.Throws<ArgumentException>(() => ViewSchemas.In(new OpenApiDocument(), typeof(ViewSchemasTests)));

    private static async Task<string> JsonOf(IOpenApiSchema schema) =>
        JsonNode.Parse(await schema.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, TestContext.Current.CancellationToken))!
            .ToJsonString();

    [View("Outer"), Description("What is around.")]
    private sealed record Outer
    {
        [Description("Its name.")]
        public required string Id { get; init; }

        public required DateTimeOffset When { get; init; }

        [Words("a", "b")]
        public string? Kind { get; init; }

        [Words("c")]
        public ImmutableArray<string> Kinds { get; init; } = [];

        [Format("uri")]
        public string? Link { get; init; }

        public long? Count { get; init; }

        public double? Left { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
        public string? None { get; init; }

        public OrderedDictionary<string, int> ByName { get; init; } = [];

        public Inner? Inner { get; init; }
    }

    [View("Inner")]
    private sealed record Inner(int N);
}
