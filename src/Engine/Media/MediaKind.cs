using System.Collections.Immutable;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Media;

/// <summary>What files and outputs are, in the words of contracts, runs and titles.</summary>
public static class MediaKind
{
    public const string Image = "image";
    public const string Mask = "mask";
    public const string Video = "video";
    public const string Audio = "audio";
    public const string ThreeD = "3d";
    public const string Latent = "latent";
    public const string Text = "text";
    public const string Json = "json";
    public const string File = "file";

    /// <summary>Of an output whose node does not tell what it will be.</summary>
    public const string Any = "any";

    /// <summary>What a result of a run is.</summary>
    public static ImmutableArray<string> OfOutputs { get; } = [Image, Video, Audio, ThreeD, Latent, Text, Json, File];

    /// <summary>What an input may take.</summary>
    public static ImmutableArray<string> OfInputs { get; } = [File, Image, Mask, Video, Audio, ThreeD, Latent];

    /// <summary>What a socket of this type carries; <see langword="null"/> where that is no medium.</summary>
    public static string? OfSocket(string? type) => type switch
    {
        "IMAGE" or "MASK" or "SVG" => Image,
        "VIDEO" => Video,
        "AUDIO" => Audio,
        "LATENT" => Latent,
        "MESH" or "VOXEL" => ThreeD,
        _ => InputType.IsScalar(type) ? Text : null,
    };
}
