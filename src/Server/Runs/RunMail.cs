using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Runs;

/// <summary>What a run that is driven here is told, in the order in which it comes. One reads.</summary>
internal sealed class RunMail(TimeProvider clock)
{
    private readonly Channel<RunEvent> channel = Channel.CreateUnbounded<RunEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<RunEvent> heard = [];
    private volatile StrongBox<RunPause>? rest;

    /// <summary>Since when the run is driven here.</summary>
    public DateTimeOffset Since { get; } = clock.GetUtcNow();

    /// <summary>Where the run came to rest; <see langword="null"/> while a step of it is being carried out.</summary>
    public RunPause? Rest => rest?.Value;

    /// <returns><see langword="false"/> when nobody reads any more.</returns>
    public bool TryPost(RunEvent news) => channel.Writer.TryWrite(news);

    public void Close() => channel.Writer.TryComplete();

    /// <summary>The next event; that a deadline has passed when there is none until then.</summary>
    public async Task<RunEvent> NextAsync(RunPause pause, DateTimeOffset until, CancellationToken cancellationToken)
    {
        heard.Clear();
        rest = new(pause);
        var news = await ReadAsync(until, cancellationToken) ?? new RunEvent.DeadlinePassed(clock.GetUtcNow());
        rest = null;
        return news;
    }

    /// <summary>The next event, for a step that is under way.</summary>
    public async Task<RunEvent?> SoonAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        var news = await ReadAsync(until, cancellationToken);
        if (news is not null)
        {
            heard.Add(news);
        }

        return news;
    }

    /// <summary>The step was in vain: what it heard is heard again.</summary>
    public void Unhear()
    {
        heard.ForEach(news => TryPost(news));
        heard.Clear();
    }

    private async Task<RunEvent?> ReadAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        if (channel.Reader.TryRead(out var waiting))
        {
            return waiting;
        }

        var patience = until - clock.GetUtcNow();
        if (patience <= TimeSpan.Zero)
        {
            return null;
        }

        using var deadline = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await channel.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
