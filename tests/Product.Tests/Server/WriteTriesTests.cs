using ComfyFunc.Engine;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Tests.Server;

public class WriteTriesTests
{
    [Fact]
    public void Whoever_loses_each_time_ends_with_a_conflict()
    {
        var tries = new WriteTries("the row");
        for (var lost = 1; lost < WriteTries.Most; lost++)
        {
            tries.Lost();
        }

        Assert.Contains("the row", Assert.Throws<RowContendedException>(tries.Lost).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_is_told_of_it_as_a_conflict()
    {
        await using var rig = new ServerRig();
        var route = new ApiRoute("GetRun", "GET", Routes.Run, typeof(object),
            (_, _) => throw new RowContendedException("Others were faster."));
        var (status, body) = await rig.AnswerAsync(
            await rig.Get<ApiPipeline>().AnswerAsync(ServerRig.Request(), route, TestContext.Current.CancellationToken));
        Assert.Equal((409, FaultCode.Conflict.Name), (status, (string)body["code"]!));
    }
}
