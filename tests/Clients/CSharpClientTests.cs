using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Acceptance;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema;
using NJsonSchema.CodeGeneration;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace ComfyFunc.Tests.Clients;

/// <summary>What NSwag makes of the live description compiles and calls a workflow.</summary>
[Collection(nameof(AppCollection))]
public class CSharpClientTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_by_NSwag_compiles_and_runs_a_workflow()
    {
        // An app of its own: what other tests have saved is in the description of the one that they share, names that NSwag does not escape among it.
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app = await AppProcess.StartAsync(azurite);
        await app.Http.AddHostAsync("a", host);
        await app.Http.SaveAsync(ClientWorkflow.Name, Acceptance.Prompts.Picture);
        await app.Http.SaveAsync("names of all kinds", Acceptance.Prompts.Picture.Replace("[my image]", "[50% off; it's so, 🎨]", StringComparison.Ordinal));
        var client = Compile(await GenerateAsync(app.Http), """
            public static class Program
            {
                public static async System.Threading.Tasks.Task<string> RunAsync(System.Net.Http.HttpClient http, string server)
                {
                    var api = new Client(http) { BaseUrl = server };
                    var run = await api.RunClientPictureAsync(
                        prefer: "wait=60",
                        body: new ClientPictureInput { My_sampler = new() { Seed = 18446744073709551615, Steps = 3 }, Size = new() { Width = 128 } });
                    var again = await api.GetRunAsync(run.Id);
                    var image = System.Linq.Enumerable.Single(run.Outputs.My_image);
                    return $"{again.Status} {image.Type} {image.Width}";
                }
            }
            """);
        var program = client.GetType("Generated.Program", throwOnError: true)!.GetMethod("RunAsync")!;

        Assert.Equal("Succeeded Image 128", await (Task<string>)program.Invoke(null, [app.Http, app.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)])!);
    }

    private static async Task<string> GenerateAsync(HttpClient http)
    {
        var description = await http.GetStringAsync(new Uri("openapi.json", UriKind.Relative), Cancellation);
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "Client",
            GenerateOptionalParameters = true,
            CSharpGeneratorSettings = { Namespace = "Generated", JsonLibrary = CSharpJsonLibrary.SystemTextJson, JsonLibraryVersion = 9, GenerateOptionalPropertiesAsNullable = true, PropertyNameGenerator = new AnyName() },
        };
        return new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(description, Cancellation), settings).GenerateFile();
    }

    private static Assembly Compile(string generated, string program)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p));
        var compilation = CSharpCompilation.Create(
            "GeneratedClient",
            [CSharpSyntaxTree.ParseText(generated, cancellationToken: Cancellation), CSharpSyntaxTree.ParseText($"namespace Generated;\n{program}", cancellationToken: Cancellation)],
            references,
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Annotations));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image, cancellationToken: Cancellation);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        return new AssemblyLoadContext("generated", isCollectible: true).LoadFromStream(image);
    }

    // NSwag's own leaves characters in that no identifier has, such as a percent sign.
    private sealed class AnyName : IPropertyNameGenerator
    {
        private readonly CSharpPropertyNameGenerator own = new();

        public string Generate(JsonSchemaProperty property) => string.Concat(own.Generate(property).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
    }
}
