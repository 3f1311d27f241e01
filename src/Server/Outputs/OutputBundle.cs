using System.Collections.Immutable;
using System.Diagnostics;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Media;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Outputs;

/// <summary>Packs outputs into one ZIP file, a folder for each tag, streamed from storage to storage. It is made once.</summary>
public sealed class OutputBundle(IBlobStore blobs, Renditions renditions)
{
    private const string ContentType = "application/zip";

    /// <summary>Packs a run's outputs.</summary>
    /// <returns>The file, as an artifact that a link can be made for.</returns>
    public Task<RunArtifact> MakeAsync(RunRecord run, Rendition? rendition, CancellationToken cancellationToken) => MakeAsync(
        RunBlobs.Rendition(run.Id, rendition is null ? "outputs.zip" : $"outputs {rendition.Key}.zip".Replace(' ', '-')),
        $"{run.Workflow}-{run.Id}", [("", run)], rendition, cancellationToken);

    /// <summary>Packs those of a batch's runs, each in a folder that is called by its place.</summary>
    /// <param name="blob">Where the file is to be.</param>
    /// <param name="name">What it is called for whoever downloads it.</param>
    public Task<RunArtifact> MakeAsync(string blob, string name, ImmutableArray<RunRecord> batch, Rendition? rendition,
        CancellationToken cancellationToken) =>
        MakeAsync(blob, name, [.. batch.Select(r => (r.Place is { Index: var index } ? $"{index:D4}/" : $"{r.Id}/", r))],
            rendition, cancellationToken);

    private async Task<RunArtifact> MakeAsync(string blob, string name, ImmutableArray<(string Folder, RunRecord Run)> runs,
        Rendition? rendition, CancellationToken cancellationToken)
    {
        var file = await blobs.FindAsync(blob, cancellationToken) ?? await PackAsync(blob, runs, rendition, cancellationToken);
        return new()
        {
            Tag = "",
            Type = MediaKind.File,
            Name = $"{SafeEntry(name)}.zip",
            ContentType = ContentType,
            Bytes = file.Bytes,
            Sha256 = file.Sha256,
            Blob = blob
        };
    }

    private async Task<BlobFile> PackAsync(string blob, ImmutableArray<(string Folder, RunRecord Run)> runs, Rendition? rendition,
        CancellationToken cancellationToken)
    {
        CallPatience.Leave(); // Of many files: as long as they flow, whoever asked waits.
        var pipe = new Pipe();
        var packing = Task.Run(() => WriteAsync(pipe.Writer, runs, rendition, cancellationToken), cancellationToken);
        await using var content = pipe.Reader.AsStream();
        var reply = await blobs.PutAsync(blob, content, new BlobWrite(ContentType) { IfAbsent = true }, cancellationToken);
        await packing;
        return reply switch
        {
            PutReply.Stored stored => stored.File,
            // Somebody was quicker, and has links to his.
            PutReply.Exists => await blobs.FindAsync(blob, cancellationToken) ?? throw new FileNotFoundException($"{blob} is gone."),
            _ => throw new UnreachableException(), // It has no limit.
        };
    }

    // A failure goes through the pipe to the upload, which then stores nothing.
    private async Task WriteAsync(PipeWriter pipe, ImmutableArray<(string Folder, RunRecord Run)> runs, Rendition? rendition,
        CancellationToken cancellationToken)
    {
        try
        {
            await using (var zip = await ZipArchive.CreateAsync(pipe.AsStream(leaveOpen: true), ZipArchiveMode.Create, leaveOpen: false,
                Encoding.UTF8, cancellationToken))
            {
                foreach (var (folder, run) in runs)
                {
                    var tags = FoldersOf(run);
                    foreach (var (n, artifact) in run.Artifacts.GroupBy(a => a.Tag).SelectMany(g => g.Index()))
                    {
                        await AddAsync(zip, $"{folder}{tags[artifact.Tag]}/{n}-", run.Id, artifact, rendition, cancellationToken);
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

    private async Task AddAsync(ZipArchive zip, string place, RunId run, RunArtifact artifact, Rendition? rendition,
        CancellationToken cancellationToken)
    {
        var wanted = (rendition is null ? null : await renditions.MakeAsync(run, artifact, rendition, cancellationToken)) ?? artifact;
        var entry = zip.CreateEntry(
            $"{place}{SafeEntry(wanted.Name ?? (wanted.Type == "json" ? "output.json" : "output.txt"))}",
            wanted.Text is null ? CompressionLevel.NoCompression : CompressionLevel.Optimal); // Media files are compressed already.
        await using var target = await entry.OpenAsync(cancellationToken);
        if (wanted.Text is { } text)
        {
            await target.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            return;
        }

        // Without text it has a blob.
        await using var source = await blobs.OpenReadAsync(wanted.Blob!, cancellationToken)
            ?? throw new FileNotFoundException($"The artifact {wanted.Name} is gone.");
        await source.CopyToAsync(target, cancellationToken);
    }

    // Of several tags that come to one name here, each has a folder.
    private static Dictionary<string, string> FoldersOf(RunRecord run)
    {
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in run.Artifacts.Select(a => a.Tag).Distinct(StringComparer.Ordinal))
        {
            var (name, n) = (SafeEntry(tag), 1);
            while (folders.ContainsValue(n == 1 ? name : $"{name}-{n}"))
            {
                n++;
            }

            folders[tag] = n == 1 ? name : $"{name}-{n}";
        }

        return folders;
    }

    // Tags and names come from outside: none may leave the folder that the file is unpacked in.
    private static string SafeEntry(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is ' ' or '.' or '-' or '_' ? c : '_')).Trim(' ', '.');
        return safe.Length == 0 ? "output" : safe;
    }
}
