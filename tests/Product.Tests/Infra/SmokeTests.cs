using System.Net;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Infra;

/// <summary>scripts/smoke.py: it passes where all is well, says in one line what is not, and leaves nothing behind.</summary>
[Collection(nameof(AppCollection))]
public class SmokeTests(AppFixture app, AzuriteFixture azurite)
{
    private static readonly string Script = ScriptProcess.Path("scripts", "smoke.py");

    [Fact]
    public async Task A_server_with_hosts_passes_each_step()
    {
        var (code, said, complaints) = await ScriptProcess.RunAsync(Script, [app.Http.BaseAddress!.AbsoluteUri]);
        Assert.Equal((0, ""), (code, complaints));
        Assert.Equal(["health", "ready", "save", "run", "output", "delete"], StepsOf(said));
        await NothingIsLeftAsync(app.Http);
    }

    [Fact]
    public async Task Without_hosts_the_run_is_what_fails_or_is_left_out()
    {
        await using var empty = await AppProcess.StartAsync(azurite);
        var address = empty.Http.BaseAddress!.AbsoluteUri;
        var (code, said, complaints) = await ScriptProcess.RunAsync(Script, [address]);
        Assert.Equal(1, code);
        Assert.Equal("FAILED run: no host is ready (0 in the pool): register one, or say --without-run", complaints.Trim());
        Assert.Equal(["health", "ready", "save", "delete"], StepsOf(said));
        await NothingIsLeftAsync(empty.Http);

        (code, said, complaints) = await ScriptProcess.RunAsync(Script, [address, "--without-run"]);
        Assert.Equal((0, ""), (code, complaints));
        Assert.Equal(["health", "ready", "save", "delete"], StepsOf(said));
    }

    [Fact]
    public async Task A_key_is_taken_from_the_environment_and_its_lack_is_said()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, TestContext.Current.CancellationToken);
        await using var closed = await AppProcess.StartAsync(azurite, new Dictionary<string, string>
        {
            ["ComfyFunc__Callers__0__Client"] = "operators",
            ["ComfyFunc__Callers__0__Key"] = "a-key-that-is-long-enough",
            ["ComfyFunc__Callers__0__Role"] = "Admin",
            ["ComfyFunc__Hosts__0__Id"] = "one",
            ["ComfyFunc__Hosts__0__Url"] = $"{host.Url}",
        });
        var address = closed.Http.BaseAddress!.AbsoluteUri;
        var (code, _, complaints) = await ScriptProcess.RunAsync(Script, [address]);
        Assert.Equal(1, code);
        Assert.StartsWith("FAILED save: PUT /workflows/smoke-", complaints, StringComparison.Ordinal);
        Assert.Contains(" was answered 401, unauthorized: ", complaints, StringComparison.Ordinal);

        (code, _, complaints) = await ScriptProcess.RunAsync(Script, [address],
            new Dictionary<string, string> { ["COMFYFUNC_KEY"] = "a-key-that-is-long-enough" });
        Assert.Equal((0, ""), (code, complaints));
    }

    [Fact]
    public async Task Where_nobody_answers_it_says_so_in_one_line()
    {
        var (code, said, complaints) = await ScriptProcess.RunAsync(Script, [$"http://127.0.0.1:{FreePort.Next()}/api"]);
        Assert.Equal((1, ""), (code, said));
        Assert.Matches(@"^FAILED health: http://127\.0\.0\.1:\d+/api/health cannot be reached: .+refused.*\n$", complaints);
    }

    [Fact]
    public async Task Where_it_is_sent_elsewhere_it_does_not_take_its_keys_there()
    {
        await using var server = await LeadingServer.StartAsync();

        var (code, _, complaints) = await ScriptProcess.RunAsync(Script, [new Uri(server.Url, "api").AbsoluteUri],
            new Dictionary<string, string> { ["COMFYFUNC_KEY"] = "a-key" });

        Assert.Equal(1, code);
        Assert.StartsWith("FAILED health: GET /health was answered 307", complaints, StringComparison.Ordinal);
        Assert.Equal(0, server.Followers);
    }

    private static IEnumerable<string> StepsOf(string said) =>
        said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l =>
        {
            Assert.StartsWith("ok ", l, StringComparison.Ordinal);
            return l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        });

    private static async Task NothingIsLeftAsync(HttpClient http)
    {
        var answer = await http.GetAsync(new Uri("workflows?limit=200", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("\"smoke-", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }
}
