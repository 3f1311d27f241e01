using System.Collections.Concurrent;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Tests.Server;

/// <summary>Drives nothing, and remembers what it was told.</summary>
internal sealed class NoDriver : IRunDriver
{
    public bool IsReady { get; set; } = true;

    public bool DrivesHere => false;

    long IRunDriver.Signals => Signals.Count;

    public ConcurrentQueue<RunId> Started { get; } = [];

    public ConcurrentQueue<RunId> Resumed { get; } = [];

    public ConcurrentQueue<(RunId Run, RunEvent News)> Signals { get; } = [];

    public ConcurrentQueue<(RunId Run, RunEvent News)> TakenOver { get; } = [];

    public ConcurrentQueue<RunId> Forgotten { get; } = [];

    public ConcurrentQueue<DateTimeOffset> ForgottenBefore { get; } = [];

    public Task StartAsync(RunId run, CancellationToken cancellationToken) => Note(Started, run);

    public Task ResumeAsync(RunId run, CancellationToken cancellationToken) => Note(Resumed, run);

    public Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken) => Note(Signals, (run, signal));

    public Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken) => Note(TakenOver, (run, news));

    public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => Note(Forgotten, run);

    public Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => Note(ForgottenBefore, time);

    private static Task Note<T>(ConcurrentQueue<T> notes, T note)
    {
        notes.Enqueue(note);
        return Task.CompletedTask;
    }
}
