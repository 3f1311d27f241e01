using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.Support;

/// <summary>
/// Requests that are wrong in many ways, drawn from a seed: none of them may make a run, and none may be answered with a 500. The workflow
/// that they call has a tag <c>canvas</c> on an EmptyImage node.
/// </summary>
public sealed class FuzzedRequests(int seed, string workflow)
{
    private static readonly string[] Words = ["runs", "workflows", "hosts", "batches", "events", "status", "outputs", "versions", "aliases",
        "uploads", "..", "%2e%2e", "%00", "'", "\"", "é", "🙂", "a b", "null", "-1", "0", "1", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "<script>",
        "%", "?", "#", "production", "openapi.json", "usage"];
    private static readonly string[] Queries = ["priority=x", "priority=1e9", "label=", "label=::", "minVramGb=-1", "startWithin=0",
        "finishWithin=NaN", "metadata={", "metadata=[]", "format=exe", "quality=0", "width=-1", "strip=x", "webhook=notaurl",
        "webhook=http://127.0.0.1/", "webhookEvents=x", "limit=-1", "continuation=%25%25", "status=x", "output=%00",
        "validateOnly=maybe", "include=x"];

    private readonly Random random = new(seed);

    public HttpRequestMessage Next()
    {
        var request = random.Next(10) switch
        {
            < 5 => Call(Encoding.UTF8.GetBytes(WrongValues().ToJsonString()), "application/json"),
            5 => Call(CutOff(), "application/json"),
            6 => Call(Noise(),
                Pick("application/json", "text/plain", "application/octet-stream", "multipart/form-data",
                    "multipart/form-data; boundary=x")),
            7 => Call(Encoding.UTF8.GetBytes(Deep()), "application/json"),
            8 => Batch(),
            _ => Elsewhere(),
        };
        if (random.Next(3) == 0)
        {
            request.Headers.TryAddWithoutValidation(
                Pick("Prefer", "Idempotency-Key", "Last-Event-ID", "If-Match", "If-None-Match", "X-Api-Key", "Authorization",
                    "Cache-Control"), Pick("wait=9", "\u007f", "wait=-5; respond-async", "\"", "*", new string('k', 300),
                        "Bearer x", "a=b;;=,"));
        }

        return request;
    }

    private HttpRequestMessage Call(byte[] body, string type)
    {
        var request = new HttpRequestMessage(HttpMethod.Post,
            new Uri($"workflows/{workflow}{Query()}", UriKind.Relative))
        { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return request;
    }

    // One wrong value at least: no node takes any of them, and there is no such tag.
    private JsonObject WrongValues()
    {
        var body = new JsonObject();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var tag = Pick("canvas", "picture", "", "Canvas ", "nobody", "🙂");
            body[tag] = random.Next(4) == 0 ? Value(2)
                : new JsonObject { [Pick("color", "width", "batch_size", "nothing", "")] = Value(2) };
        }

        body["there is no such tag"] = Value(2);
        return body;
    }

    private JsonNode? Value(int depth) => random.Next(depth > 0 ? 11 : 8) switch
    {
        0 => "text",
        1 => -1,
        2 => 1e300,
        3 => true,
        4 => new string('x', random.Next(200)),
        5 => "data:image/png;base64,AAAA",
        6 => "http://169.254.169.254/latest",
        7 => null,
        8 => new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => Value(depth - 1))]),
        9 => new JsonObject { ["type"] = "file", ["url"] = Value(0), ["content"] = Value(0) },
        _ => new JsonObject { [Pick("a", "", "type")] = Value(depth - 1) },
    };

    private byte[] CutOff()
    {
        var whole = Encoding.UTF8.GetBytes(WrongValues().ToJsonString());
        return whole[..random.Next(1, whole.Length)];
    }

    // Never the beginning of a JSON object.
    private byte[] Noise()
    {
        var bytes = new byte[random.Next(1, 500)];
        random.NextBytes(bytes);
        bytes[0] = 0xFE;
        return bytes;
    }

    private string Deep()
    {
        var depth = random.Next(1, 3000);
        return string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "[" : "{\"a\":", depth));
    }

    private HttpRequestMessage Batch() => new(HttpMethod.Post, new Uri($"workflows/{workflow}/batches{Query()}", UriKind.Relative))
    {
        Content = new StringContent(
            Pick(
                new JsonObject { ["inputs"] = new JsonArray(WrongValues(), WrongValues()) }.ToJsonString(),
                new JsonObject { ["matrix"] = WrongValues() }.ToJsonString(),
                """{"matrix":{"canvas":{"color":[1,2,"x"]}}}""", """{"inputs":[]}""", """{"inputs":[1,null]}""", "[]", "{",
                """{"inputs":[{}],"more":1}"""),
            Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json")),
    };

    // Anywhere but where a right request would do something.
    private HttpRequestMessage Elsewhere()
    {
        var path = string.Join('/', Enumerable.Range(0, random.Next(1, 6)).Select(_ => Pick(Words)));
        var method = Pick("GET", "GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS");
        var request = new HttpRequestMessage(new(method), new Uri($"{path}{Query()}", UriKind.Relative));
        if (method is "POST" or "PUT" or "PATCH")
        {
            request.Content = new ByteArrayContent(Noise());
        }

        return request;
    }

    private string Query() =>
        random.Next(2) == 0 ? "" : "?" + string.Join('&', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pick(Queries)));

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
