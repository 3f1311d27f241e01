using System.Collections.Concurrent;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;

namespace ComfyFunc.Server.Pool;

/// <summary>The latest preview pictures of runs that somebody follows with previews. Nobody's previews are kept.</summary>
public sealed class PreviewBoard
{
    private readonly ConcurrentDictionary<RunId, Followed> followed = new();

    public Preview? Of(RunId run) => followed.TryGetValue(run, out var f) ? f.Latest : null;

    public void Set(RunId run, Preview preview)
    {
        if (followed.TryGetValue(run, out var f))
        {
            f.Latest = preview;
        }
    }

    /// <summary>Keeps the latest preview of a run until disposed of.</summary>
    public IDisposable Follow(RunId run)
    {
        followed.AddOrUpdate(run, _ => new Followed(1), (_, f) => f.With(+1));
        return new Following(() =>
        {
            var left = followed.AddOrUpdate(run, _ => new Followed(0), (_, f) => f.With(-1));
            if (left.Followers <= 0)
            {
                followed.TryRemove(KeyValuePair.Create(run, left));
            }
        });
    }

    private sealed class Followed(int followers)
    {
        public int Followers { get; } = followers;

        public Preview? Latest { get; set; }

        public Followed With(int change) => new(Followers + change) { Latest = Latest };
    }

    private sealed class Following(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
