namespace ComfyFunc.Tests.Clients;

/// <summary>What linters of OpenAPI say of the live description: nothing.</summary>
[Collection(nameof(ClientCollection))]
public class LintTests(DescribedApp described)
{
    [Fact]
    public async Task Redocly_has_nothing_to_say()
    {
        using var folder = await NodeFolder.CreateAsync((await described.ServeAsync()).Document);
        await folder.RunAsync("@redocly/cli/bin/cli.js", "lint", "openapi.json", "--config", "lint-redocly.yaml", "--format", "stylish");
    }

    [Fact]
    public async Task Spectral_has_nothing_to_say()
    {
        using var folder = await NodeFolder.CreateAsync((await described.ServeAsync()).Document);
        await folder.RunAsync("@stoplight/spectral-cli/dist/index.js", "lint", "openapi.json", "--ruleset", "lint-spectral.yaml",
            "--fail-severity", "warn", "--format", "json");
    }
}
