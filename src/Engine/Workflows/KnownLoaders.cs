using System.Collections.Frozen;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Loaders of the input folder that do not say of their inputs that these take uploads.</summary>
internal static class KnownLoaders
{
    private static readonly FrozenDictionary<(string Class, string Input), string> Kinds = new Dictionary<(string, string), string>
    {
        [("LoadImage", "image")] = "image",
        [("LoadImageMask", "image")] = "image",
        [("LoadImage //Inspire", "image")] = "image",
        [("LoadAudio", "audio")] = "audio",
        [("LoadVideo", "file")] = "video",
        [("LoadLatent", "latent")] = "latent",
        [("Load3D", "model_file")] = "3d",
        [("Load3DAnimation", "model_file")] = "3d",
        [("Load3DAdvanced", "model_file")] = "3d",
        [("VHS_LoadVideo", "video")] = "video",
        [("VHS_LoadVideoFFmpeg", "video")] = "video",
        [("VHS_LoadAudioUpload", "audio")] = "audio",
        [("Hy3DUploadMesh", "mesh")] = "3d",
    }.ToFrozenDictionary();

    public static string? KindOf(string nodeClass, string input) => Kinds.GetValueOrDefault((nodeClass, input));
}
