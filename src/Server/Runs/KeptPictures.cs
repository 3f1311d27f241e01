using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// The pictures that came over a socket, where the process that copies a run's outputs is another than the one that heard them.
/// </summary>
public sealed class KeptPictures(SocketPictures heard, IBlobStore blobs)
{
    /// <summary>Stores what was heard of the attempt, before anybody is told that its prompt has ended.</summary>
    public async Task KeepAsync(Lease lease, CancellationToken cancellationToken)
    {
        var pictures = heard.Of(lease.Run, lease.Attempt);
        var hasOverflowed = heard.HasOverflowed(lease.Run, lease.Attempt);
        if (pictures.IsEmpty && !hasOverflowed)
        {
            return;
        }

        foreach (var (index, (_, picture)) in pictures.Index())
        {
            await blobs.PutBytesAsync(Name(lease.Run, lease.Attempt, index), picture.Content, picture.ContentType, cancellationToken);
        }

        var list = new Kept([.. pictures.Select(p => new KeptPicture(p.Node, p.Picture.ContentType))], hasOverflowed);
        await blobs.PutBytesAsync(List(lease.Run, lease.Attempt), StoredJson.WriteBytes(list),
            "application/json", cancellationToken);
    }

    /// <summary>What came of the attempt, in its order, and whether more came than is kept.</summary>
    public async Task<(ImmutableArray<(string Node, Preview Picture)> Pictures, bool HasOverflowed)> OfAsync(RunId run, int attempt,
        CancellationToken cancellationToken)
    {
        var here = heard.Of(run, attempt);
        if (!here.IsEmpty || heard.HasOverflowed(run, attempt)
            || await blobs.ReadBytesAsync(List(run, attempt), int.MaxValue, cancellationToken) is not { } list)
        {
            return (here, heard.HasOverflowed(run, attempt));
        }

        var kept = StoredJson.Read<Kept>(list);
        var pictures = ImmutableArray.CreateBuilder<(string, Preview)>();
        foreach (var (index, picture) in kept.Pictures.Index())
        {
            if (await blobs.ReadBytesAsync(Name(run, attempt, index), (int)SocketPictures.MostBytes, cancellationToken) is { } content)
            {
                pictures.Add((picture.Node, new(picture.ContentType, content)));
            }
        }

        return (pictures.ToImmutable(), kept.HasOverflowed);
    }

    private static string Name(RunId run, int attempt, int index) =>
        RunBlobs.Picture(run, attempt, index.ToString(CultureInfo.InvariantCulture));

    private static string List(RunId run, int attempt) => RunBlobs.Picture(run, attempt, "list.json");

    internal sealed record Kept(ImmutableArray<KeptPicture> Pictures, bool HasOverflowed);

    internal sealed record KeptPicture(string Node, string ContentType);
}
