using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// The pictures that hosts sent over their sockets as results of prompts that this process watches: they are nowhere else. Kept until the
/// attempt gives its slot back.
/// </summary>
public sealed class SocketPictures
{
    public const int MostPictures = 64;
    public const long MostBytes = 64 << 20;

    private readonly ConcurrentDictionary<(RunId Run, int Attempt), Received> received = new();

    public void Add(Lease lease, string node, Preview picture) => received.AddOrUpdate(
        (lease.Run, lease.Attempt), _ => Received.Nothing.With(node, picture), (_, before) => before.With(node, picture));

    /// <summary>What came, in its order.</summary>
    public ImmutableArray<(string Node, Preview Picture)> Of(RunId run, int attempt) => Find(run, attempt).Pictures;

    /// <summary>Whether more came than is kept.</summary>
    public bool HasOverflowed(RunId run, int attempt) => Find(run, attempt).HasOverflowed;

    public void Forget(Lease lease) => received.TryRemove((lease.Run, lease.Attempt), out _);

    private Received Find(RunId run, int attempt) => received.GetValueOrDefault((run, attempt), Received.Nothing);

    private sealed record Received(ImmutableArray<(string Node, Preview Picture)> Pictures, long Bytes, bool HasOverflowed)
    {
        public static Received Nothing { get; } = new([], 0, HasOverflowed: false);

        public Received With(string node, Preview picture) => Pictures.Length == MostPictures || Bytes + picture.Content.Length > MostBytes
            ? this with { HasOverflowed = true }
            : new(Pictures.Add((node, picture)), Bytes + picture.Content.Length, HasOverflowed);
    }
}
