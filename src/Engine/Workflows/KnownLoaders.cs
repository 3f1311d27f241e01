using System.Collections.Frozen;
using ComfyFunc.Engine.Media;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Loaders of the input folder that do not say of their inputs that these take uploads.</summary>
internal static class KnownLoaders
{
    private static readonly FrozenDictionary<(string Class, string Input), string> Kinds = new Dictionary<(string, string), string>
    {
        [("LoadImage", "image")] = MediaKind.Image,
        [("LoadImageMask", "image")] = MediaKind.Image,
        [("LoadImage //Inspire", "image")] = MediaKind.Image,
        [("LoadAudio", "audio")] = MediaKind.Audio,
        [("LoadVideo", "file")] = MediaKind.Video,
        [("LoadLatent", "latent")] = MediaKind.Latent,
        [("Load3D", "model_file")] = MediaKind.ThreeD,
        [("Load3DAnimation", "model_file")] = MediaKind.ThreeD,
        [("Load3DAdvanced", "model_file")] = MediaKind.ThreeD,
        [("VHS_LoadVideo", "video")] = MediaKind.Video,
        [("VHS_LoadVideoFFmpeg", "video")] = MediaKind.Video,
        [("VHS_LoadAudioUpload", "audio")] = MediaKind.Audio,
        [("Hy3DUploadMesh", "mesh")] = MediaKind.ThreeD,
    }.ToFrozenDictionary();

    public static string? KindOf(string nodeClass, string input) => Kinds.GetValueOrDefault((nodeClass, input));
}
