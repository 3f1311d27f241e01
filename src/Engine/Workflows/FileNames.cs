using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Tells by a value's ending that it names a file, such as may come to a host later.</summary>
internal static class FileNames
{
    private const int Longest = 260;

    private static readonly ImmutableArray<string> Models = [".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin",
        ".gguf", ".onnx", ".pkl"];

    private static readonly ImmutableArray<string> Others =
    [
        ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".exr",
        ".mp4", ".webm", ".mov", ".mkv", ".avi", ".wav", ".mp3", ".flac", ".ogg", ".opus", ".m4a",
        ".glb", ".gltf", ".obj", ".fbx", ".stl", ".ply", ".latent",
        ".txt", ".json", ".yaml", ".csv", ".ttf", ".otf", ".cube", ".npy", ".npz", ".engine", ".torchscript",
    ];

    public static bool IsModel(string value) => EndsIn(value, Models);

    public static bool IsFile(string value) => EndsIn(value, Models) || EndsIn(value, Others);

    private static bool EndsIn(string value, ImmutableArray<string> endings) =>
        value.Length <= Longest && !value.Contains('\n', StringComparison.Ordinal)
        && endings.Any(e => value.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}
