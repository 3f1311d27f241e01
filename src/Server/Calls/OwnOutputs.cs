using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Media;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ComfyFunc.Server.Calls;

/// <summary>
/// Opens outputs of earlier runs that a call takes for its inputs: named, or by a link that the API or its storage handed out. Nothing goes
/// over the network for it.
/// </summary>
public sealed class OwnOutputs(RunStore runs, IBlobStore blobs, ISasMinter links, Renditions renditions)
{
    // One sentence for all that a caller does not see: that another client's run exists is no business of his.
    private const string Missing = "There is no such output of a run of yours, or it is no longer kept.";

    /// <returns><see langword="null"/> where the file is no output of ours.</returns>
    public async Task<OwnOutputReply?> OpenAsync(FileSource source, Call call, CancellationToken cancellationToken) => source switch
    {
        FileSource.RunOutput named => await OpenAsync(named, call, cancellationToken),
        FileSource.Url url when await links.NameOfAsync(url.Address, cancellationToken) is { } blob =>
            await OpenAsync(blob, call, cancellationToken),
        FileSource.Url url when OwnLinks.Read(url.Address, call.Server) is { } linked => await OpenAsync(linked, call, cancellationToken),
        _ => null,
    };

    private async Task<OwnOutputReply> OpenAsync(FileSource.RunOutput output, Call call, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(output.Run, cancellationToken) is not { } run || !call.Sees(run) || Find(run, output) is not { } artifact)
        {
            return new OwnOutputReply.Refused(Missing);
        }

        if (artifact.Blob is null || artifact.Type is MediaKind.Text or MediaKind.Json)
        {
            return new OwnOutputReply.Refused("The output is a text, and a file is needed.");
        }

        var (rendition, faults) = Rendition.Read(new QueryCollection(QueryHelpers.ParseQuery(output.Query)));
        if (!faults.IsEmpty)
        {
            return new OwnOutputReply.Refused($"The link asks for what cannot be had: {faults[0].Detail}");
        }

        var wanted = rendition is null ? artifact : await renditions.MakeAsync(run.Id, artifact, rendition, cancellationToken);
        return wanted is null
            ? new OwnOutputReply.Refused("The output cannot be had in another form. Name it without a query.")
            // What has a blob has one in every form.
            : await OpenAsync(wanted.Blob!, wanted.Bytes, wanted.ContentType, wanted.Name, cancellationToken);
    }

    // Of all that storage holds, links are handed out to outputs, and to what was made of them.
    private async Task<OwnOutputReply> OpenAsync(string blob, Call call, CancellationToken cancellationToken)
    {
        if (blob.Split('/') is not ["runs", var id, ..] || !RunId.TryParse(id, out var runId)
            || await runs.FindAsync(runId, cancellationToken) is not { } run || !call.Sees(run))
        {
            return new OwnOutputReply.Refused(Missing);
        }

        if (run.Artifacts.FirstOrDefault(a => a.Blob == blob) is { } artifact)
        {
            return await OpenAsync(blob, artifact.Bytes, artifact.ContentType, artifact.Name, cancellationToken);
        }

        return blob.Split('/') is [_, _, "renditions", not ("" or "." or "..")]
            && await blobs.FindAsync(blob, cancellationToken) is { } made
            ? await OpenAsync(blob, made.Bytes, made.ContentType, null, cancellationToken)
            : new OwnOutputReply.Refused(Missing);
    }

    private async Task<OwnOutputReply> OpenAsync(string blob, long? length, string? contentType, string? name,
        CancellationToken cancellationToken) =>
        await blobs.OpenReadAsync(blob, cancellationToken) is { } content ? new OwnOutputReply.Opened(content, length, contentType, name)
        : new OwnOutputReply.Refused(Missing);

    // A tag in a name may be written as it is, or as it stands in links.
    private static RunArtifact? Find(RunRecord run, FileSource.RunOutput output) =>
        new[] { output.Tag, Uri.UnescapeDataString(output.Tag) }
            .Select(tag => run.Artifacts.Where(a => string.Equals(a.Tag, tag, StringComparison.OrdinalIgnoreCase))
                .ElementAtOrDefault(output.Index))
            .FirstOrDefault(a => a is not null);
}

/// <summary>What became of an output that was to be an input.</summary>
public abstract record OwnOutputReply
{
    private OwnOutputReply() { }

    /// <param name="Content">The one who asked disposes it.</param>
    public sealed record Opened(Stream Content, long? Length, string? ContentType, string? Name) : OwnOutputReply;

    public sealed record Refused(string Detail) : OwnOutputReply;
}

/// <summary>Tells links to this server from others.</summary>
public static class OwnLinks
{
    /// <param name="server">Where the caller reached it, as <see cref="Call.Server"/> has it.</param>
    /// <returns>The output that the link leads to; <see langword="null"/> for any other link.</returns>
    public static FileSource.RunOutput? Read(Uri url, string server)
    {
        var slash = server.IndexOf('/', StringComparison.Ordinal);
        var (host, root) = slash < 0 ? (new HostString(server), "") : (new HostString(server[..slash]), server[slash..]);
        return host.HasValue && IsAt(url, host) && url.AbsolutePath.StartsWith(root, StringComparison.OrdinalIgnoreCase)
            ? OutputLink.Read(url.AbsolutePath[root.Length..] + url.Query) : null;
    }

    // TLS may end before the server, so the scheme and its port tell nothing.
    private static bool IsAt(Uri url, HostString host) =>
        (url.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
            || url.IdnHost.Equals(host.Host, StringComparison.OrdinalIgnoreCase))
        && (url.IsDefaultPort ? host.Port is null or 80 or 443 : url.Port == host.Port);
}
