namespace ComfyFunc.Tests.Clients;

/// <summary>What generators for TypeScript make of the live description type-checks and calls a workflow.</summary>
[Collection(nameof(ClientCollection))]
public class TypeScriptClientTests(DescribedApp described)
{
    [Fact]
    public async Task A_client_by_openapi_typescript_compiles_and_runs_a_workflow()
    {
        var app = await described.ServeAsync();
        using var folder = await NodeFolder.CreateAsync(app.DocumentOfAnyNames);
        await folder.RunAsync("openapi-typescript/bin/cli.js", "openapi.json", "--default-non-nullable", "false", "-o", "comfyfunc.ts");
        await folder.TypeCheckAsync("client.ts");
        var said = await folder.NodeAsync("client.js", app.Server);

        Assert.Equal(["succeeded image 128", "invalid_input /my samplr", "valid"], said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_client_by_orval_compiles_and_runs_a_workflow()
    {
        var app = await described.ServeAsync();
        using var folder = await NodeFolder.CreateAsync(app.Document);
        await folder.RunAsync("orval/dist/bin/orval.js", "--input", "./openapi.json", "--output", "./comfyfunc.ts", "--client", "fetch",
            "--mode", "single");
        await folder.TypeCheckAsync("orval-client.ts");
        var said = await folder.NodeAsync("orval-client.js", app.Server);

        Assert.Equal("200 succeeded image 128", said.Trim());
    }
}
