using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>
/// Requests that are wrong, each with its exact answer, in <c>BadRequests.txt</c>: a request a line (verb, path, headers in &lt;&gt;,
/// body), its answer indented below. With <c>COMFYFUNC_APPROVE=1</c> in the environment the test writes the answers that it gets, to be
/// read before they are kept.
/// </summary>
[Collection(nameof(AppCollection))]
public partial class BadRequestTests(AppFixture app)
{
    private const string HostsOwn = "# Verbs and paths";
    private const string Taken = "was taken";

    private static readonly string Table = Path.Combine(TestFolders.Root, "tests", "Product.Tests", "Acceptance", "BadRequests.txt");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_wrong_request_gets_its_exact_answer()
    {
        await app.Http.SaveAsync("strict", Prompts.Picture);
        await app.Http.SaveAsync("strict files", Prompts.Upload);
        var run = await app.Http.RunAsync("strict");
        var written = new StringBuilder();
        var wrong = new List<string>();
        var count = 0;
        foreach (var (request, answer) in Read(await File.ReadAllLinesAsync(Table, Cancellation), written))
        {
            if (request == HostsOwn && AppProcess.IsFunctionsApp)
            {
                break; // What no trigger has, the Functions host answers itself.
            }

            if (request.StartsWith('#') || request.Length == 0)
            {
                written.AppendLine(request);
                continue;
            }

            count++;
            var now = await AnswerAsync(request, (string)run["id"]!);
            written.AppendLine(request).Append(now);
            if (now != answer)
            {
                wrong.Add($"{request}\nexpected:\n{answer}but was:\n{now}");
            }
        }

        if (Environment.GetEnvironmentVariable("COMFYFUNC_APPROVE") is not null)
        {
            await File.WriteAllTextAsync(Table, written.ToString(), Cancellation);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.DoesNotContain(Taken, written.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\n  5", written.ToString(), StringComparison.Ordinal);
        Assert.True(count >= 200, $"There are only {count} requests.");
    }

    private static IEnumerable<(string Request, string Answer)> Read(string[] lines, StringBuilder written)
    {
        for (var i = 0; i < lines.Length;)
        {
            var request = lines[i++];
            var answer = new StringBuilder();
            for (; i < lines.Length && lines[i].StartsWith("  ", StringComparison.Ordinal); i++)
            {
                answer.AppendLine(lines[i]);
            }

            yield return (request, answer.ToString());
        }
    }

    private async Task<string> AnswerAsync(string line, string run)
    {
        var match = Request.Match(line);
        Assert.True(match.Success, $"This is no request: {line}");
        using var request = new HttpRequestMessage(new(match.Groups["verb"].Value),
            new Uri(match.Groups["path"].Value.Replace("{run}", run, StringComparison.Ordinal), UriKind.Relative));
        var body = match.Groups["body"].Value;
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body.Replace("\\r\\n", "\r\n", StringComparison.Ordinal)));
        }

        var type = "application/json";
        foreach (var header in match.Groups["headers"].Value.Split(" | ", StringSplitOptions.RemoveEmptyEntries)
            .Select(h => h.Split(": ", 2)))
        {
            if (header[0] == "Content-Type")
            {
                type = header[1];
            }
            else
            {
                Assert.True(request.Headers.TryAddWithoutValidation(header[0], header[1]));
            }
        }

        if (type != "none")
        {
            request.Content?.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var response = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        return await DescribeAsync(response, run);
    }

    private static async Task<string> DescribeAsync(HttpResponseMessage response, string run)
    {
        var text = new StringBuilder();
        var content = response.RequestMessage!.Method == HttpMethod.Head ? "" : await response.Content.ReadAsStringAsync(Cancellation);
        var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json" && content.Length > 0
            ? JsonNode.Parse(content) as JsonObject : null;
        text.Append("  ").Append((int)response.StatusCode).Append(' ')
            .AppendLine(problem is null ? response.StatusCode < HttpStatusCode.BadRequest ? Taken : "no problem"
                : (string?)problem["code"]);
        foreach (var header in new[] { "Allow", "WWW-Authenticate", "Retry-After" })
        {
            if (response.Headers.TryGetValues(header, out var values) || response.Content.Headers.TryGetValues(header, out values))
            {
                text.AppendLine($"  {header}: {string.Join(", ", values)}");
            }
        }

        var errors = problem?["errors"]?.AsArray() ?? [];
        foreach (var error in errors)
        {
            text.AppendLine($"  {error!["pointer"]}: {error["detail"]}");
        }

        if (problem is not null && errors.Count == 0)
        {
            text.AppendLine($"  {problem["detail"]}");
        }

        return text.Replace(run, "{run}").ToString();
    }

    [GeneratedRegex(@"^(?<verb>[A-Z]+) (?<path>\S+)(?: <(?<headers>[A-Z][^>]*)>)?(?: (?<body>.+))?$")]
    private static partial Regex Request { get; }
}
