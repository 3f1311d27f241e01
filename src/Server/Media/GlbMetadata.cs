using System.Buffers.Binary;

namespace ComfyFunc.Server.Media;

/// <summary>GLB: scene and pictures lose what describes them, and nothing moves. The prompt is in <c>asset.extras</c>.</summary>
internal static class GlbMetadata
{
    private const int ChunkHeader = 8;
    private const int Scene = 12 + ChunkHeader; // Behind the file's own header and that of the first chunk.
    private const uint Json = 0x4E4F534A;
    private const uint Binary = 0x004E4942;

    public static bool Recognises(ReadOnlySpan<byte> head) => head.StartsWith("glTF"u8);

    public static bool Strip(Stream file)
    {
        if (SceneOf(file) is not { } json)
        {
            return false;
        }

        // Some pad it with zeros, where the format says spaces.
        json.AsSpan(json.AsSpan().TrimEnd((byte)0).Length).Fill((byte)' ');
        if (!GltfJson.Blank(json)
            || GltfJson.Pictures(json) is not { } pictures
            || BlankChunks(file, Scene + json.Length) is not { } binary)
        {
            return false;
        }

        InPlace.Write(file, Scene, json);
        return pictures.All(p => StripPicture(file, binary, p.Start, p.Length));
    }

    /// <summary>Reads what the scene's <c>asset</c> has beside.</summary>
    public static Flaw? Read(Stream file, SavedTexts texts)
    {
        if (SceneOf(file) is not { } json)
        {
            return new("is cut off, or has no scene", 0);
        }

        var scene = NonFinite.ToNull(json.AsSpan().TrimEnd((byte)0));
        return !JsonPieces.IsObject(scene) ? new("has a scene that is no JSON", Scene)
            : JsonPieces.Member(JsonPieces.Member(scene, "asset"), "extras") is { IsEmpty: false } extras ? texts.AddObject(extras, Scene)
            : null;
    }

    private static byte[]? SceneOf(Stream file)
    {
        var header = new byte[Scene];
        if (!InPlace.TryRead(file, 0, header)
            || BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)) != 2
            || BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)) != file.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(16)) != Json
            || BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12)) is var length
            && length > Math.Min(FileMetadata.LargestRewritten, file.Length))
        {
            return null;
        }

        var json = new byte[(int)length];
        return InPlace.TryRead(file, Scene, json) ? json : null;
    }

    /// <summary>Chunks that no one but their maker knows are emptied.</summary>
    /// <returns>Where the binary chunk's content is.</returns>
    private static (long Start, long End)? BlankChunks(Stream file, long at)
    {
        var binary = (Start: file.Length, End: file.Length);
        var header = new byte[ChunkHeader];
        for (var isFirst = true; at < file.Length; isFirst = false)
        {
            if (!InPlace.TryRead(file, at, header))
            {
                return null;
            }

            var (start, end) = (at + header.Length, at + header.Length + BinaryPrimitives.ReadUInt32LittleEndian(header));
            if (end > file.Length)
            {
                return null;
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)) == Binary && isFirst)
            {
                binary = (start, end);
            }
            else
            {
                InPlace.Fill(file, start, end);
            }

            at = end;
        }

        return binary;
    }

    private static bool StripPicture(Stream file, (long Start, long End) binary, long start, int length)
    {
        var picture = new byte[length];
        if (start > binary.End - binary.Start - length
            || !InPlace.TryRead(file, binary.Start + start, picture)
            || EmbeddedFile.Strip(picture) is not { } stripped)
        {
            return false;
        }

        InPlace.Write(file, binary.Start + start, stripped);
        return true;
    }
}
