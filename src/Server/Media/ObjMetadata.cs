using System.Collections.Frozen;

namespace ComfyFunc.Server.Media;

/// <summary>Wavefront OBJ: comments go.</summary>
internal static class ObjMetadata
{
    private static readonly FrozenSet<string> Words = FrozenSet.Create(
        "", "v", "vt", "vn", "vp", "f", "l", "p", "g", "o", "s", "usemtl", "mtllib",
        "cstype", "deg", "curv", "curv2", "surf", "parm", "trim", "hole", "end");

    public static byte[]? Strip(ReadOnlySpan<byte> file) =>
        TextLines.Edit(file, static line => line.Split('#')[0] is var said && Words.Contains(TextLines.WordOf(said)) ? said : null);
}
