namespace ComfyFunc.Server.Media;

/// <summary>PLY: comments and object information of the header go.</summary>
internal static class PlyMetadata
{
    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith("ply\n"u8) || file.StartsWith("ply\r\n"u8);

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        var kept = new MemoryStream(file.Length);
        for (var rest = file; rest.IndexOf((byte)'\n') is >= 0 and var end; rest = rest[(end + 1)..])
        {
            var line = rest[..(end + 1)];
            if (line.StartsWith("end_header"u8))
            {
                kept.Write(rest);
                return kept.ToArray();
            }

            if (line.StartsWith("ply"u8) || line.StartsWith("format "u8) || line.StartsWith("element "u8) || line.StartsWith("property "u8))
            {
                kept.Write(line);
            }
            else if (!line.StartsWith("comment"u8) && !line.StartsWith("obj_info"u8))
            {
                return null;
            }
        }

        return null;
    }
}
