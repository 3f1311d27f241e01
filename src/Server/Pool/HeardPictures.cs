using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Pool;

/// <summary>What came as pictures: previews for those who follow a run, and results that are kept nowhere else.</summary>
public sealed class HeardPictures(PreviewBoard previews, SocketPictures results)
{
    public void Previewed(Lease lease, Preview preview) => previews.Set(lease.Run, preview);

    public void Pictured(Lease lease, string node, Preview picture)
    {
        results.Add(lease, node, picture);
        previews.Set(lease.Run, picture);
    }
}
