using System.Diagnostics;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ComfyFunc.Tests.Server;

public class ProblemLogTests
{
    private readonly FakeLogger<ProblemLog> log = new();

    public static TheoryData<FaultCode, LogLevel, string> Answers { get; } = new()
    {
        { FaultCode.NotFound, LogLevel.Information, "404 not_found" },
        { FaultCode.InvalidInput, LogLevel.Information, "400 invalid_input" },
        { FaultCode.StorageUnavailable, LogLevel.Debug, "503 storage_unavailable" },
        { FaultCode.InternalError, LogLevel.Warning, "500 internal_error" },
    };

    [Theory, MemberData(nameof(Answers))]
    public async Task Every_problem_is_found_by_its_trace_id(FaultCode code, LogLevel level, string said)
    {
        var problem = Problems.From(code, "Why.");
        new ProblemLog(log).Answered(Request(), problem);

        await using var rig = new ServerRig();
        var (_, body) = await rig.AnswerAsync(problem);
        var line = Assert.Single(log.Collector.GetSnapshot());
        Assert.Equal($"Answered {said} to GET /api/runs/x, trace {body["traceId"]}.", line.Message);
        Assert.Equal((level, 2011, null), (line.Level, line.Id.Id, line.Exception));
    }

    [Fact]
    public void An_answer_that_is_no_problem_leaves_no_line()
    {
        new ProblemLog(log).Answered(Request(), Results.Json(new { a = 1 }));
        Assert.Equal(0, log.Collector.Count);
    }

    [Fact]
    public async Task A_request_that_fails_here_is_in_the_log_with_its_trace_and_why()
    {
        await using var rig = new ServerRig();
        using var activity = new Activity("request").Start();
        var answer = await rig.Get<ApiPipeline>()
            .AnswerAsync(Request(), Failing(() => throw new InvalidOperationException("a defect")), TestContext.Current.CancellationToken);
        var (status, body) = await rig.AnswerAsync(answer);

        Assert.Equal((500, activity.TraceId.ToString()), (status, (string)body["traceId"]!));
        Assert.Contains($"GET /api/runs/x failed, trace {activity.TraceId}.", rig.Log, StringComparison.Ordinal);
        Assert.Contains("a defect", rig.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("a defect", body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callers_mistake_is_no_stack_trace()
    {
        await using var rig = new ServerRig();
        await rig.Get<ApiPipeline>()
            .AnswerAsync(Request(), Failing(() => throw new BadHttpRequestException("Unexpected end of request content.")),
                TestContext.Current.CancellationToken);
        Assert.Contains("Answered 400 invalid_request to GET /api/runs/x, trace ", rig.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", rig.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_is_away_is_said_once_however_many_ask()
    {
        await using var rig = new ServerRig();
        for (var i = 0; i < 5; i++)
        {
            await rig.Get<ApiPipeline>()
                .AnswerAsync(Request(),
                    Failing(() => throw new StorageUnavailableException("No answer.", new IOException("Connection refused."))),
                    TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, rig.Log.Split("Connection refused.").Length);
        Assert.Equal(6, rig.Log.Split("Answered 503 storage_unavailable").Length);
        Assert.DoesNotContain("   at ", rig.Log, StringComparison.Ordinal);
    }

    [Theory, InlineData(false, 503, "2"), InlineData(true, 507, "30")]
    public async Task Storage_that_does_not_serve_is_answered_with_when_to_come_again(bool isFull, int status, string after)
    {
        await using var rig = new ServerRig();
        var request = Request();
        var answer = await rig.Get<ApiPipeline>()
            .AnswerAsync(request, Failing(() => throw (isFull ? new StorageFullException() : new StorageUnavailableException())),
                TestContext.Current.CancellationToken);
        var (answered, body) = await rig.AnswerAsync(answer);

        Assert.Equal((status, status, "storage_unavailable", true),
            (answered, (int)body["status"]!, (string)body["code"]!, (bool)body["retryable"]!));
        Assert.Equal(after, request.HttpContext.Response.Headers.RetryAfter.ToString());
    }

    private static FailingRoute Failing(Func<Task<IResult>> fail) => new(fail);

    private static HttpRequest Request()
    {
        var request = ServerRig.Request();
        (request.Method, request.Path) = ("GET", "/api/runs/x");
        return request;
    }
}
