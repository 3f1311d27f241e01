using System.Text;

namespace ComfyFunc.ComfySim.Media;

/// <summary>A mesh: corners of triangles, three numbers each.</summary>
internal sealed record Mesh(float[] Corners)
{
    public static Mesh Tetrahedron { get; } = new(
    [
        0, 1, 0, -1, -1, 1, 1, -1, 1,
        0, 1, 0, 1, -1, 1, 0, -1, -1,
        0, 1, 0, 0, -1, -1, -1, -1, 1,
        -1, -1, 1, 0, -1, -1, 1, -1, 1,
    ]);

    /// <summary>A binary glTF 2.0 file with one mesh.</summary>
    public byte[] ToGlb()
    {
        var data = new byte[Corners.Length * sizeof(float)];
        Buffer.BlockCopy(Corners, 0, data, 0, data.Length);
        var json = $$$$"""{"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0}],"meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],"accessors":[{"bufferView":0,"componentType":5126,"count":{{{{Corners.Length / 3}}}},"type":"VEC3","min":[-1,-1,-1],"max":[1,1,1]}],"bufferViews":[{"buffer":0,"byteLength":{{{{data.Length}}}}}],"buffers":[{"byteLength":{{{{data.Length}}}}}]}""";
        var text = Encoding.ASCII.GetBytes(json.PadRight((json.Length + 3) & ~3));
        return
        [
            .. "glTF"u8, .. BitConverter.GetBytes(2), .. BitConverter.GetBytes(12 + 8 + text.Length + 8 + data.Length),
            .. BitConverter.GetBytes(text.Length), .. "JSON"u8, .. text, .. BitConverter.GetBytes(data.Length), .. "BIN\0"u8, .. data,
        ];
    }
}
