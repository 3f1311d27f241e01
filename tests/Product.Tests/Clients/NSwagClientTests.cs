using NJsonSchema;
using NJsonSchema.CodeGeneration;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace ComfyFunc.Tests.Clients;

/// <summary>What NSwag makes of the live description compiles and calls a workflow.</summary>
[Collection(nameof(ClientCollection))]
public class NSwagClientTests(DescribedApp described)
{
    [Fact]
    public async Task A_client_by_NSwag_compiles_and_runs_a_workflow()
    {
        var app = await described.ServeAsync();
        var program = CompiledClient.Of([await GenerateAsync(app.DocumentOfAnyNames)], """
            public static class Program
            {
                public static async System.Threading.Tasks.Task<string> RunAsync(System.Net.Http.HttpClient http, string server)
                {
                    var api = new Client(http) { BaseUrl = server };
                    var run = await api.RunClientPictureAsync(
                        prefer: "wait=60",
                        body: new ClientPictureInput { My_sampler = new() { Seed = 9007199254740993, Steps = 3 }, Size = new() { Width = 128 } });
                    var again = await api.GetRunAsync(run.Id);
                    var drawn = await api.RunWorkflowAsync("client-picture", prefer: "wait=60", body: new object());
                    var image = System.Linq.Enumerable.Single(run.Outputs.My_image);
                    return $"{again.Status} {image.Type} {image.Width} {System.Linq.Enumerable.Single(run.Seeds).Value} {System.Linq.Enumerable.Single(drawn.Seeds).Value > 0}";
                }
            }
            """);

        Assert.Equal("Succeeded Image 128 9007199254740993 True", await program.InvokeAsync(app.Http, app.Server));
    }

    private static async Task<string> GenerateAsync(string document)
    {
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "Client",
            GenerateOptionalParameters = true,
            CSharpGeneratorSettings = { Namespace = "Generated", JsonLibrary = CSharpJsonLibrary.SystemTextJson, JsonLibraryVersion = 9,
                GenerateOptionalPropertiesAsNullable = true, PropertyNameGenerator = new AnyName() },
        };
        return new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(document, TestContext.Current.CancellationToken),
            settings).GenerateFile();
    }

    // NSwag's own leaves characters in that no identifier has, such as a percent sign.
    private sealed class AnyName : IPropertyNameGenerator
    {
        private readonly CSharpPropertyNameGenerator own = new();

        public string Generate(JsonSchemaProperty property) =>
            string.Concat(own.Generate(property).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
    }
}
