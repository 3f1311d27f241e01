using System.Net;

namespace ComfyFunc.Tests.Acceptance;

public class DescribedAnswersTests
{
    private const string Host = """{"id":"a","url":"http://x","state":"ready","slots":2}""";
    private const string Problem = """{"type":"urn:comfyfunc:fault:not_found","title":"t","status":404,"code":"not_found"}""";
    private const string Run =
        """{"id":"r","workflow":"w","version":1,"status":"succeeded","createdAt":"2026-01-01T00:00:00+00:00","outputs":{"a":[{"type":"text","text":"x"}]},"links":{}}""";

    [Theory]
    [InlineData("GET", "/api/hosts/a", 200, "application/json; charset=utf-8", Host)]
    [InlineData("GET", "/api/hosts/a", 404, "application/problem+json", Problem)]
    [InlineData("GET", "/api/hosts/a", 500, "application/problem+json", Problem)]
    [InlineData("GET", "/api/runs/r", 200, "application/json", Run)]
    [InlineData("POST", "/api/workflows/w", 200, "application/json; charset=utf-8; profile=minimal", """{"a":["x"]}""")]
    [InlineData("POST", "/api/workflows/w", 200, "application/json;profile=explanation", """{"valid":true}""")]
    [InlineData("DELETE", "/api/hosts/a", 204, null, "")]
    [InlineData("GET", "/api/nothing/there", 404, "application/problem+json", Problem)]
    [InlineData("PATCH", "/api/hosts/a", 405, null, "")]
    public void What_is_described_is_let_by(string verb, string path, int status, string? type, string body) =>
        Assert.Null(DescribedAnswers.OfEveryServer.FaultOf(new(verb), path, (HttpStatusCode)status, type, body));

    [Theory]
    [InlineData("GET", "/api/hosts/a", 200, "application/json",
        """{"id":"a","url":"http://x","state":"ready","slots":2,"colour":"red"}""", "/colour")]
    [InlineData("GET", "/api/hosts/a", 200, "application/json", """{"id":"a","url":"http://x","state":"asleep","slots":2}""", "/state")]
    [InlineData("GET", "/api/hosts/a", 200, "application/json",
        """{"id":"a","url":"http://x","state":"ready","slots":3000000000}""", "/slots")]
    [InlineData("GET", "/api/hosts/a", 200, "application/json",
        """{"id":"a","url":"http://x","state":"ready","slots":2,"registeredAt":"yesterday"}""", "/registeredAt")]
    [InlineData("GET", "/api/hosts/a", 200, "application/json", """{"id":"a"}""", "required")]
    [InlineData("GET", "/api/hosts/a", 200, "application/json", "<html>", "no JSON")]
    [InlineData("GET", "/api/hosts/a", 202, "application/json", Host, "status 202")]
    [InlineData("GET", "/api/hosts/a", 409, "application/problem+json", Problem, "status 409")]
    [InlineData("GET", "/api/hosts/a", 200, "text/html", Host, "content type")]
    [InlineData("GET", "/api/hosts/a", 404, "application/json", Problem, "content type")]
    [InlineData("DELETE", "/api/hosts/a", 204, "application/json", Host, "has a body")]
    [InlineData("PATCH", "/api/hosts/a", 200, "application/json", Host, "PATCH")]
    [InlineData("POST", "/api/workflows/w", 200, "application/json", """{"a":["x"]}""", "required")]
    [InlineData("POST", "/api/workflows/w", 200, "application/json;profile=other", Run, "content type")]
    [InlineData("GET", "/api/runs/r", 200, "application/json",
        """{"id":"r","workflow":"w","version":1,"status":"succeeded","createdAt":"2026-01-01T00:00:00+00:00","outputs":{"a":[{"type":"text","colour":1}]},"links":{},"colour":1}""", "/outputs/a/0/colour")]
    [InlineData("GET", "/api/runs/r", 200, "application/json",
        """{"id":"r","workflow":"w","version":1,"status":"succeeded","createdAt":"2026-01-01T00:00:00+00:00","outputs":{},"links":{},"colour":1}""", "/colour")]
    public void What_is_not_described_is_seen(string verb, string path, int status, string? type, string body, string fault) =>
        Assert.Contains(fault, DescribedAnswers.OfEveryServer.FaultOf(new(verb), path, (HttpStatusCode)status, type, body),
            StringComparison.Ordinal);

    [Fact]
    public void A_workflow_s_own_operation_goes_before_that_of_any_workflow()
    {
        var contract = new ComfyFunc.Engine.Workflows.Contract([], [new("picture", "image", ["1"])]);
        var described = new DescribedAnswers(DescribedAnswers.DocumentOf([new("w", 1, contract)]));
        var other = Run.Replace("\"a\"", "\"other\"", StringComparison.Ordinal);

        Assert.Contains("/outputs/other",
            described.FaultOf(HttpMethod.Post, "/api/workflows/w", HttpStatusCode.OK, "application/json", other), StringComparison.Ordinal);
        Assert.Null(described.FaultOf(HttpMethod.Post, "/api/workflows/v", HttpStatusCode.OK, "application/json", other));
    }
}
