using System.Buffers.Binary;
using System.Collections.Frozen;

namespace ComfyFunc.Server.Media;

/// <summary>STL: the header's free text, or the solid's name, goes.</summary>
internal static class StlMetadata
{
    private const int FreeText = 80;
    private const int Header = FreeText + 4;
    private const int Facet = 50;

    private static readonly FrozenSet<string> Words = FrozenSet.Create("", "facet", "outer", "vertex", "endloop", "endfacet");

    public static bool Recognises(ReadOnlySpan<byte> file) => IsBinary(file) || file.StartsWith("solid"u8);

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        if (!IsBinary(file))
        {
            return TextLines.Edit(file, static line => TextLines.WordOf(line) switch
            {
                "solid" => "solid",
                "endsolid" => "endsolid",
                var word => Words.Contains(word) ? line : null,
            });
        }

        var stripped = file.ToArray();
        stripped.AsSpan(0, FreeText).Clear();
        return stripped;
    }

    private static bool IsBinary(ReadOnlySpan<byte> file) =>
        file.Length >= Header && Header + (Facet * (long)BinaryPrimitives.ReadUInt32LittleEndian(file[FreeText..])) == file.Length;
}
