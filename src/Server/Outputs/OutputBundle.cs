using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using ComfyFunc.Runs;
using ComfyFunc.Storage;

namespace ComfyFunc.Outputs;

/// <summary>Packs a run's outputs into one ZIP file, a folder for each tag, streamed from storage to storage.</summary>
public sealed class OutputBundle(IBlobStore blobs, Renditions renditions)
{
    private const string ContentType = "application/zip";

    /// <returns>The file, as an artifact that a link can be made for.</returns>
    public async Task<RunArtifact> MakeAsync(RunRecord run, Rendition? rendition, CancellationToken cancellationToken)
    {
        var name = RunBlobs.Rendition(run.Id, rendition is null ? "outputs.zip" : $"outputs {rendition.Key}.zip".Replace(' ', '-'));
        var file = await blobs.FindAsync(name, cancellationToken) ?? await PackAsync(name, run, rendition, cancellationToken);
        return new() { Tag = "", Type = "file", Name = $"{SafeEntry(run.Workflow)}-{run.Id}.zip", ContentType = ContentType, Bytes = file.Bytes, Sha256 = file.Sha256, Blob = name };
    }

    private async Task<BlobFile> PackAsync(string name, RunRecord run, Rendition? rendition, CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        var packing = Task.Run(() => WriteAsync(pipe.Writer, run, rendition, cancellationToken), cancellationToken);
        await using var content = pipe.Reader.AsStream();
        var stored = (PutReply.Stored)await blobs.PutAsync(name, content, new BlobWrite(ContentType), cancellationToken); // It has no limit.
        await packing;
        return stored.File;
    }

    // A failure goes through the pipe to the upload, which then stores nothing.
    private async Task WriteAsync(PipeWriter pipe, RunRecord run, Rendition? rendition, CancellationToken cancellationToken)
    {
        try
        {
            await using (var zip = await ZipArchive.CreateAsync(pipe.AsStream(leaveOpen: true), ZipArchiveMode.Create, leaveOpen: false, Encoding.UTF8, cancellationToken))
            {
                foreach (var group in run.Artifacts.GroupBy(a => a.Tag))
                {
                    foreach (var (n, artifact) in group.Index())
                    {
                        await AddAsync(zip, run.Id, artifact, n, rendition, cancellationToken);
                    }
                }
            }

            await pipe.CompleteAsync();
        }
        catch (Exception e)
        {
            await pipe.CompleteAsync(e);
        }
    }

    private async Task AddAsync(ZipArchive zip, RunId run, RunArtifact artifact, int n, Rendition? rendition, CancellationToken cancellationToken)
    {
        var wanted = (rendition is null ? null : await renditions.MakeAsync(run, artifact, rendition, cancellationToken)) ?? artifact;
        var entry = zip.CreateEntry(
            $"{SafeEntry(artifact.Tag)}/{n}-{SafeEntry(wanted.Name ?? (wanted.Type == "json" ? "output.json" : "output.txt"))}",
            wanted.Text is null ? CompressionLevel.NoCompression : CompressionLevel.Optimal); // Media files are compressed already.
        await using var target = await entry.OpenAsync(cancellationToken);
        if (wanted.Text is { } text)
        {
            await target.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            return;
        }

        await using var source = await blobs.OpenReadAsync(wanted.Blob!, cancellationToken) ?? throw new FileNotFoundException($"The artifact {wanted.Name} is gone."); // Without text it has a blob.
        await source.CopyToAsync(target, cancellationToken);
    }

    // Tags and names come from outside: none may leave the folder that the file is unpacked in.
    private static string SafeEntry(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is ' ' or '.' or '-' or '_' ? c : '_')).Trim(' ', '.');
        return safe.Length == 0 ? "output" : safe;
    }
}
