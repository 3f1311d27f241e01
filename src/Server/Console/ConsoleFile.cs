using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace ComfyFunc.Server.Console;

/// <summary>A file of the console as it is sent.</summary>
/// <param name="Bytes">As they are.</param>
/// <param name="ContentType">Texts are UTF-8.</param>
internal sealed record ConsoleFile(byte[] Bytes, string ContentType)
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    private byte[]? compressed;

    public EntityTagHeaderValue Tag { get; } = new($"\"{Convert.ToHexStringLower(SHA256.HashData(Bytes)[..16])}\"");

    /// <summary>By gzip: made when the first asks, since most processes are never asked.</summary>
    public byte[] Compressed => compressed ??= Compress(Bytes);

    /// <param name="name">What it is called, for the type of its content.</param>
    public static ConsoleFile Of(string name, byte[] bytes)
    {
        var type = Types.TryGetContentType(name, out var known) ? known : "text/plain";
        return new(bytes, type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type);
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var written = new MemoryStream();
        using (var gzip = new GZipStream(written, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return written.ToArray();
    }
}
