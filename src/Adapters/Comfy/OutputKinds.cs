namespace ComfyFunc.Adapters.Comfy;

/// <summary>Tells what an output file is: image, video, audio, 3d, latent, text, json or file.</summary>
public static class OutputKinds
{
    public static string Of(OutputFile file) => Path.GetExtension(file.FileName).ToUpperInvariant() switch
    {
        ".WEBP" or ".PNG" or ".APNG" or ".GIF" when file.Animated => "video",
        ".PNG" or ".JPG" or ".JPEG" or ".WEBP" or ".GIF" or ".BMP" or ".TIFF" or ".TIF" or ".EXR" or ".SVG" or ".HDR" => "image",
        ".MP4" or ".WEBM" or ".MOV" or ".MKV" or ".AVI" or ".M4V" => "video",
        ".FLAC" or ".MP3" or ".WAV" or ".OGG" or ".OPUS" or ".M4A" or ".AAC" => "audio",
        ".GLB" or ".GLTF" or ".OBJ" or ".FBX" or ".STL" or ".USDZ" or ".PLY" or ".SPLAT" => "3d",
        ".LATENT" => "latent",
        ".TXT" or ".MD" or ".CSV" or ".SRT" => "text",
        ".JSON" => "json",
        _ => "file",
    };
}
