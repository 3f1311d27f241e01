using System.Net;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Requests that are wrong in many ways. The bench makes more of them.</summary>
[Collection(nameof(AppCollection))]
public class FuzzTests(AppFixture app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nonsense_makes_no_run_and_no_500(int seed)
    {
        await app.Http.SaveAsync("fuzzed", Prompts.Slow);
        var requests = new FuzzedRequests(seed, "fuzzed");
        for (var i = 0; i < 500; i++)
        {
            using var request = requests.Next();
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(Cancellation);
            using var answer = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            Assert.True(answer.StatusCode is < HttpStatusCode.InternalServerError and not HttpStatusCode.Accepted,
                $"{i}: {request.Method} {request.RequestUri} {answer.StatusCode}: {body}");
        }

        Assert.Empty(
            (await (await app.Http.GetAsync(new Uri("runs?workflow=fuzzed", UriKind.Relative),
                Cancellation)).JsonAsync())["runs"]!.AsArray());
    }
}
