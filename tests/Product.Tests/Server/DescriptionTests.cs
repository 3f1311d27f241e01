using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Api.Description;
using ComfyFunc.Server.Http;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace ComfyFunc.Tests.Server;

public class DescriptionTests
{
    private static readonly Contract Everything = new(
        [
            new("my sampler", [new("3", "KSampler")], CanBypass: false,
            [
                new() { Name = "seed", Type = "INT", Min = 0, Max = 18446744073709551615m, Default = JsonElement.Parse("7"), Seed = true },
                new() { Name = "steps", Type = "INT", Min = 1, Max = 10000, Default = JsonElement.Parse("20") },
                new() { Name = "width", Type = "INT", Min = 16, Max = 16384, Step = 8 },
                new() { Name = "cfg", Type = "FLOAT", Min = 0, Max = 100, Tooltip = "How closely it follows." },
                new() { Name = "sampler_name", Type = "ENUM", Options = [JsonElement.Parse("\"euler\""), JsonElement.Parse("\"dpm\"")] },
                new() { Name = "tiled", Type = "BOOLEAN" },
                new() { Name = "text", Type = "STRING", Multiline = true },
            ]),
            new("invert", [new("4", "ImageInvert")], CanBypass: true, []),
            new("photo", [new("5", "LoadImage")], CanBypass: true, [new() { Name = "image", Type = "FILE", Upload = "image" }]),
        ],
        [new("my image", "image", ["7"])]);

    private static WorkflowDescription TextToImage { get; } = new("text-to-image", 2, Everything);

    [Fact]
    public async Task Every_endpoint_is_described_once()
    {
        var described =
            from path in (await ReadAsync()).Paths
            where !path.Key.Contains("Text", StringComparison.OrdinalIgnoreCase)
            from operation in path.Value.Operations!
            select $"{operation.Key} {path.Key}";
        var endpoints = RouteTable.All.Where(r => !r.IsPage && r.Pattern is not (Routes.Docs or Routes.DocsScript or Routes.File))
            .Select(r => $"{r.Verb} /{r.Pattern}");

        Assert.Equal(endpoints.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Query_parameters_are_those_that_endpoints_read()
    {
        var paths = (await ReadAsync()).Paths;

        Assert.All(RouteTable.All.Where(r => !r.IsPage && r.Pattern is not (Routes.Docs or Routes.DocsScript or Routes.File)), route => Assert.Equal(
            // Those stand for many, and are told in the summary.
            route.Query.Select(q => q.Name).Where(n => !n.EndsWith('.')).Order(StringComparer.Ordinal),
            (paths[$"/{route.Pattern}"].Operations![new(route.Verb)].Parameters ?? []).Where(p => p.In is ParameterLocation.Query)
                .Select(p => p.Name!).Order(StringComparer.Ordinal)));
    }

    [Theory, InlineData("Problem"), InlineData("RunError")]
    public async Task Every_fault_code_is_named(string schema)
    {
        var code = (await ReadAsync()).Components!.Schemas![schema].Properties!["code"];
        Assert.All(FaultCode.All, c => Assert.Matches($@"\b{c.Name}\b", code.Description!));
        Assert.Null(code.Enum);
    }

    [Fact]
    public void An_input_of_a_choice_names_it_and_only_the_saved_one_has_a_default()
    {
        var contract = new Contract(
            [
                new("r", [new("3", "Resize")], CanBypass: false,
                [
                    new() { Name = "mode.width", Type = "INT", Default = JsonElement.Parse("64"), OfChoice = new("mode", ["size", "wide"], true) },
                    new() { Name = "mode.by", Type = "FLOAT", Default = JsonElement.Parse("1.5"), OfChoice = new("mode", ["factor"], false) },
                ]),
            ],
            []);
        var workflow = new WorkflowDescription("resize", 1, contract);
        var document = new OpenApiDocument();
        workflow.Input(document);
        var inputs = document.Components!.Schemas!.Values.Single(s => s.Properties?.ContainsKey("mode.by") is true).Properties!;

        Assert.Equal(("Only where mode is 'size' or 'wide'.", "64"),
            (inputs["mode.width"].Description, inputs["mode.width"].Default?.ToJsonString()));
        Assert.Equal(("Only where mode is 'factor'. 1.5 unless set.", null),
            (inputs["mode.by"].Description, inputs["mode.by"].Default?.ToJsonString()));
        Assert.Equal("""{"r":{"mode.width":64}}""", workflow.Example().ToJsonString());
    }

    [Fact]
    public async Task A_workflow_s_inputs_are_typed()
    {
        var document = await ReadAsync();
        var call = document.Paths["/api/workflows/text-to-image"].Operations![HttpMethod.Post];
        var input = document.Components!.Schemas!["TextToImageInput"].Properties!;
        var sampler = input["my sampler"].Properties!;

        Assert.Equal("RunTextToImage", call.OperationId);
        Assert.Equal(("int64", "9223372036854775807"), (sampler["seed"].Format, sampler["seed"].Maximum));
        Assert.Contains("Up to 18446744073709551615 is taken.", sampler["seed"].Description, StringComparison.Ordinal);
        Assert.Equal(("int32", "1", "10000"), (sampler["steps"].Format, sampler["steps"].Minimum, sampler["steps"].Maximum));
        Assert.Equal((JsonSchemaType.Integer, null), (sampler["width"].Type, sampler["width"].MultipleOf));
        Assert.Equal((JsonSchemaType.Number, "How closely it follows."), (sampler["cfg"].Type, sampler["cfg"].Description));
        Assert.Equal(["euler", "dpm"], sampler["sampler_name"].Enum!.Select(e => (string)e!));
        Assert.Equal(JsonSchemaType.Boolean, sampler["tiled"].Type);
        Assert.Equal(JsonSchemaType.Boolean, input["invert"].Type);
        Assert.Equal(2, input["photo"].OneOf!.Count);
        Assert.Equal(3, document.Components.Schemas["TextToImage_Photo"].Properties!["image"].OneOf!.Count);
        Assert.False(document.Components.Schemas["TextToImageInput"].AdditionalPropertiesAllowed);
    }

    [Fact]
    public async Task What_a_call_must_bring_is_required()
    {
        var contract =
            new Contract(
                [new("photo", [new("5", "LoadImage")], CanBypass: true,
                    [new() { Name = "image", Type = "FILE", Upload = "image", Required = true }, new() { Name = "n", Type = "INT" }])], []);
        var schemas = (await ParsedAsync(ApiDescription.Of([new("fix", 1, contract)], "https://example.org"))).Components!.Schemas!;

        Assert.Equal(["photo"], schemas["FixInput"].Required!);
        Assert.Equal(["image"], schemas["Fix_Photo"].Required!);
    }

    [Fact]
    public async Task A_workflow_s_example_has_what_was_saved()
    {
        var content =
            (await ReadAsync()).Paths["/api/workflows/text-to-image"].Operations![HttpMethod.Post].RequestBody!.Content!["application/json"];

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"my sampler":{"seed":7,"steps":20,"sampler_name":"euler"}}"""), content.Example));
    }

    [Fact]
    public async Task A_workflow_s_outputs_are_typed()
    {
        var schemas = (await ReadAsync()).Components!.Schemas!;

        Assert.Equal("Output",
            Assert.IsType<OpenApiSchemaReference>(schemas["TextToImageOutputs"].Properties!["my image"].Items).Reference.Id);
        Assert.Equal("TextToImageOutputs",
            Assert.IsType<OpenApiSchemaReference>(schemas["TextToImageRun"].AllOf![1].Properties!["outputs"]).Reference.Id);
    }

    [Fact]
    public async Task One_workflow_is_described_by_itself()
    {
        var document = await ParsedAsync(ApiDescription.Of(TextToImage, "https://example.org"));

        Assert.Equal("text-to-image", document.Info.Title);
        Assert.Contains("/api/runs/{id}/status", document.Paths.Keys);
        Assert.DoesNotContain("/api/hosts", document.Paths.Keys);
    }

    [Fact]
    public async Task A_workflow_adds_little_more_than_its_inputs()
    {
        var one = await WrittenDescriptions.WriteAsync(ApiDescription.Of([TextToImage], "https://example.org"),
            TestContext.Current.CancellationToken);
        var two = await WrittenDescriptions.WriteAsync(ApiDescription.Of([TextToImage, new("image-to-text", 1, Everything)],
            "https://example.org"), TestContext.Current.CancellationToken);

        Assert.InRange(two.Length - one.Length, 1000, 4500);
    }

    [Fact]
    public async Task What_a_description_is_made_of_decides_whether_it_is_made_again()
    {
        var (written, made) = (new WrittenDescriptions(), 0);
        var first = await OfAsync("a", "1");
        var same = await OfAsync("a", "1");
        var other = await OfAsync("b", "1");
        var changed = await OfAsync("a", "2");

        Assert.Same(first, same);
        Assert.Equal(3, made);
        Assert.NotEqual(first.ETag, changed.ETag);
        Assert.Equal(first.ETag, other.ETag);

        Task<WrittenDescription> OfAsync(string subject, string madeOf) => written.OfAsync(
            subject, madeOf, () => MakeAsync($"https://{madeOf}.example.org"), TestContext.Current.CancellationToken);

        Task<OpenApiDocument> MakeAsync(string server)
        {
            made++;
            return Task.FromResult(ApiDescription.Of([TextToImage], server));
        }
    }

    private static Task<OpenApiDocument> ReadAsync() => ParsedAsync(ApiDescription.Of([TextToImage], "https://example.org"));

    /// <summary>As a reader that knows only the standard sees it.</summary>
    private static async Task<OpenApiDocument> ParsedAsync(OpenApiDocument document)
    {
        var read = OpenApiDocument.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1,
            TestContext.Current.CancellationToken), "json", new OpenApiReaderSettings());
        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        return read.Document!;
    }
}
