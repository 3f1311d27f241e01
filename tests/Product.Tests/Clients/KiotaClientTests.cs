namespace ComfyFunc.Tests.Clients;

/// <summary>What Kiota makes of the live description compiles and calls a workflow.</summary>
[Collection(nameof(ClientCollection))]
public class KiotaClientTests(DescribedApp described)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_by_Kiota_compiles_and_runs_a_workflow()
    {
        var app = await described.ServeAsync();
        var program = CompiledClient.Of(await GenerateAsync(app.Document), """
            public static class Program
            {
                public static async System.Threading.Tasks.Task<string> RunAsync(System.Net.Http.HttpClient http, string server)
                {
                    var adapter = new Microsoft.Kiota.Http.HttpClientLibrary.HttpClientRequestAdapter(
                        new Microsoft.Kiota.Abstractions.Authentication.AnonymousAuthenticationProvider(), httpClient: http) { BaseUrl = server };
                    var api = new Client(adapter).Api;
                    var body = new Models.ClientPictureInput
                    {
                        MySampler = new() { ClientPictureMySampler = new() { Seed = 9007199254740993, Steps = 3 } },
                        Size = new() { ClientPictureSize = new() { Width = 128 } },
                    };
                    var run = await api.Workflows.ClientPicture.PostAsync(body, c => c.Headers.Add("Prefer", "wait=60"));
                    var again = await api.Runs[run.Id].GetAsync();
                    var drawn = await api.Workflows["client-picture"].PostAsync(new(), c => c.Headers.Add("Prefer", "wait=60"));
                    var image = System.Linq.Enumerable.Single(run.Outputs.MyImage);
                    return $"{again.Status} {image.Type} {image.Width} {System.Linq.Enumerable.Single(run.Seeds).Value} {System.Linq.Enumerable.Single(drawn.Seeds).Value > 0}";
                }
            }
            """);

        Assert.Equal("Succeeded Image 128 9007199254740993 True", await program.InvokeAsync(app.Http, app.Server));
    }

    private static async Task<IReadOnlyCollection<string>> GenerateAsync(string document)
    {
        using var folder = new TemporaryFolder();
        var description = Path.Combine(folder.FullName, "openapi.json");
        var output = Path.Combine(folder.FullName, "client");
        await File.WriteAllTextAsync(description, document, Cancellation);
        await DotnetAsync("tool", "restore");
        await DotnetAsync("kiota", "generate", "--language", "CSharp", "--openapi", description, "--output", output, "--class-name",
            "Client", "--namespace-name", "Generated");
        return await Task.WhenAll(Directory.EnumerateFiles(output, "*.cs", SearchOption.AllDirectories)
            .Select(f => File.ReadAllTextAsync(f, Cancellation)));
    }

    // The tool is pinned in .config/dotnet-tools.json.
    private static Task<string> DotnetAsync(params string[] arguments) =>
        Tool.RunAsync("dotnet", TestFolders.Root, arguments, ("KIOTA_OFFLINE_ENABLED", "true"), ("KIOTA_TUTORIAL_ENABLED", "false"));
}
