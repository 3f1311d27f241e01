using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>A client that was written for ComfyUI Fast API, against the documented settings: not one header or query of ours.</summary>
[Collection(nameof(AppCollection))]
public class CompatibilityTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task The_example_request_gets_the_example_response()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, TestContext.Current.CancellationToken);
        await using var app = await AppProcess.StartAsync(azurite, new Dictionary<string, string>
        {
            ["ComfyFunc__Answers__Wait"] = "220",
            ["ComfyFunc__Answers__Output"] = "Base64",
            ["ComfyFunc__Answers__Return"] = "Minimal",
        });
        await app.Http.AddHostAsync("host", host);
        await app.Http.SaveAsync("ENDPOINT_NAME", Prompts.Picture);
        using var response = await app.Http.PostAsync(new Uri("workflows/ENDPOINT_NAME", UriKind.Relative),
            Caller.Body("""{"my sampler":{"seed":1234}}"""), TestContext.Current.CancellationToken);
        var answer = await response.JsonAsync();

        Assert.Equal(["my image"], answer.Select(p => p.Key));
        Assert.NotEmpty(Convert.FromBase64String((string)answer["my image"]![0]!));
    }
}
