using System.Diagnostics;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Usage;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Calls;

/// <summary>Makes a run of a call and hands it to the driver, if the queue and the client's quota have room for it.</summary>
public sealed class CallStart(RunIntake intake, RunRepeat repeat, PendingStore pending, Quotas quotas, IRunDriver driver,
    ComfyFuncOptions options, TimeProvider clock)
{
    private const string QueueFullSeconds = "10";

    /// <param name="response">Gets the headers that say when to try again, or how old a known result is.</param>
    public async Task<StartReply> StartAsync(HttpResponse response, Call call, CancellationToken cancellationToken)
    {
        if (await NoRoomAsync(response, call.Client, cancellationToken) is { } noRoom)
        {
            return noRoom;
        }

        switch (await intake.AcceptAsync(call, cancellationToken))
        {
            case IntakeReply.Refused { Faults: var faults }:
                return new StartReply.Refused(Problems.From(faults));
            case IntakeReply.Known { Run: var known }:
                response.Headers.Age = $"{(long)(clock.GetUtcNow() - known.CompletedAt.GetValueOrDefault()).TotalSeconds}"; // It has ended.
                response.Headers["X-Cache"] = "HIT";
                return new StartReply.Started(known, IsNew: false);
            case IntakeReply.Accepted { Run: var run }:
                await driver.StartAsync(run.Id, cancellationToken);
                return new StartReply.Started(run, IsNew: true);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The same call once more, as a run of its own.</summary>
    public async Task<StartReply> RepeatAsync(HttpResponse response, RunRecord old, CancellationToken cancellationToken)
    {
        if (await NoRoomAsync(response, old.Client, cancellationToken) is { } noRoom)
        {
            return noRoom;
        }

        if (await repeat.RepeatAsync(old, cancellationToken) is not { } run)
        {
            return new StartReply.Refused(Problems.From(FaultCode.Conflict, "The run's input files are gone. Call the workflow anew."));
        }

        await driver.StartAsync(run.Id, cancellationToken);
        return new StartReply.Started(run, IsNew: true);
    }

    private async Task<StartReply?> NoRoomAsync(HttpResponse response, string client, CancellationToken cancellationToken)
    {
        if (pending.Known.Count >= options.MaxQueued)
        {
            response.Headers.RetryAfter = QueueFullSeconds;
            return new StartReply.Refused(
                Problems.From(FaultCode.QueueFull, $"{options.MaxQueued} runs wait for a slot already. Try again later."));
        }

        return await quotas.RefusalAsync(response, client, cancellationToken) is { } overQuota ? new StartReply.Refused(overQuota) : null;
    }
}

/// <summary>What became of a call.</summary>
public abstract record StartReply
{
    private StartReply() { }

    /// <param name="IsNew">Else the result was there already.</param>
    public sealed record Started(RunRecord Run, bool IsNew) : StartReply;

    public sealed record Refused(IResult Answer) : StartReply;
}
