using System.Net;
using System.Text.Json.Nodes;
using ComfyFunc.Tests.Clients;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Every example of the live description is a call that works as it stands.</summary>
[Collection(nameof(AppCollection))]
public class DescriptionExampleTests(DescribedApp described)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Examples_are_accepted()
    {
        var app = await described.ServeAsync();
        var document = JsonNode.Parse(app.Document)!;
        var answers = new DescribedAnswers(document.AsObject());
        var examples = Examples(document).ToArray();
        foreach (var (verb, path, body) in examples)
        {
            using var request = new HttpRequestMessage(verb, new Uri(app.Server + path)) { Content = Caller.Body(body) };
            request.Headers.Add("Prefer", "wait=60");
            using var answer = await app.Http.SendAsync(request, Cancellation);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);

            if (path == "/api/keys")
            {
                Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode); // This app asks for no keys, and so makes none.
                continue;
            }

            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted,
                $"{verb} {path} {body} is answered {answer.StatusCode}: {text}");
            Assert.Null(answers.FaultOf(verb, path, answer.StatusCode, answer.Content.Headers.ContentType?.ToString(), text));
            if (JsonNode.Parse(text)!["outputs"] is JsonObject)
            {
                Assert.Equal("succeeded", (string?)JsonNode.Parse(text)!["status"]);
            }
        }

        Assert.Equal(Bodies(document), examples.Length);
        Assert.True(examples.Length >= 9 + ClientWorkflow.Others.Length);
    }

    [Fact]
    public async Task What_answers_are_held_to_is_what_is_served()
    {
        var served = JsonNode.Parse((await described.ServeAsync()).Document)!;
        var held = DescribedAnswers.DocumentOf([]);

        Assert.All(held["components"]!["schemas"]!.AsObject(),
            s => Assert.True(JsonNode.DeepEquals(s.Value, served["components"]!["schemas"]![s.Key]), s.Key));
        Assert.All(held["components"]!["responses"]!.AsObject(),
            r => Assert.True(JsonNode.DeepEquals(r.Value, served["components"]!["responses"]![r.Key]), r.Key));
        Assert.All(
            from path in held["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            select (Path: path.Key, Verb: operation.Key, Responses: operation.Value!["responses"]),
            o => Assert.True(JsonNode.DeepEquals(o.Responses, served["paths"]![o.Path]![o.Verb]!["responses"]), $"{o.Verb} {o.Path}"));
    }

    private static IEnumerable<(HttpMethod Verb, string Path, string Body)> Examples(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        let content = operation.Value!["requestBody"]?["content"]?["application/json"]
        where content?["example"] is not null
        select (new HttpMethod(operation.Key.ToUpperInvariant()), Filled(path.Key, operation.Value!), content["example"]!.ToJsonString());

    private static int Bodies(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject()).Count(o => o.Value!["requestBody"] is not null);

    // Where the description has no example for a part of the path, any will do.
    private static string Filled(string path, JsonNode operation) =>
        (operation["parameters"]?.AsArray() ?? []).Where(p => (string?)p!["in"] is "path").Aggregate(path, (filled, parameter) =>
            filled.Replace($"{{{(string)parameter!["name"]!}}}", Uri.EscapeDataString(parameter["example"]?.ToString() ?? "example"),
                StringComparison.Ordinal));
}
