using ComfyFunc.ComfySim.Media;
using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Stubs;

/// <summary>
/// What a described output node shows: files of what it was given or yields, saved if it has a name for them and temporary if not.
/// </summary>
internal static class StubOutputs
{
    private const string Prefix = "filename_prefix";
    private const string VideoFiles = "VHS_FILENAMES";

    public static PyDict? Show(NodeClass node, NodeContext c, object?[] outputs)
    {
        var values = node.Inputs.Select(i => c.Value(i.Name)).Concat(outputs).ToList();
        if (node.Returns.Contains(VideoFiles))
        {
            return new() { ["gifs"] = new PyList { Video(node, c) } };
        }

        if (values.OfType<ImageBatch>().FirstOrDefault() is { } image)
        {
            return new() { ["images"] = new PyList(image.Pictures.Select(p => Save(node, c, ".png", PngFile.Encode(p, c.Metadata())))) };
        }

        if (values.OfType<StubValue>().Any(v => v.Type == "VIDEO"))
        {
            return new() { ["images"] = new PyList { Save(node, c, ".mp4", TinyFiles.Mp4) }, ["animated"] = new PyList { true } };
        }

        if (values.OfType<Sound>().FirstOrDefault() is { } sound)
        {
            return new() { ["audio"] = new PyList { Save(node, c, ".flac", FlacFile.Encode(sound)) } };
        }

        return node.Inputs.FirstOrDefault(i => i.Type is NodeTypes.Any or "STRING" or "INT"
            or "FLOAT" && i.Name != Prefix && c.Has(i.Name)) is { } text
            ? new() { ["text"] = new PyList { Py.Str(c.Value(text.Name)) } }
            : null;
    }

    /// <summary>The list of a Video Combine: a file with its format beside it, temporary unless it was told to save.</summary>
    private static PyDict Video(NodeClass node, NodeContext c)
    {
        var format = c.Has("format") ? c.Text("format") : "video/h264-mp4";
        var (extension, bytes) = format.Contains("gif", StringComparison.Ordinal) ? (".gif", TinyFiles.Gif) : (".mp4", TinyFiles.Mp4);
        var file = Write(c, !c.Has("save_output") || c.Bool("save_output") ? PrefixOf(node, c) : null, extension, bytes);
        (file["format"], file["frame_rate"]) = (format, c.Has("frame_rate") ? c.Value("frame_rate") : 8.0);
        // They were just written.
        file["fullpath"] = Path.Combine(c.Folders.OfType((string)file["type"]!)!, (string)file["subfolder"]!, (string)file["filename"]!);
        return file;
    }

    private static PyDict Save(NodeClass node, NodeContext c, string extension, byte[] bytes) =>
        Write(c, PrefixOf(node, c), extension, bytes);

    private static PyDict Write(NodeContext c, string? prefix, string extension, byte[] bytes) => prefix is null
        ? OutputFiles.SaveTemp(c, extension, path => File.WriteAllBytes(path, bytes))
        : OutputFiles.Save(c, prefix, extension, 0, 0, path => File.WriteAllBytes(path, bytes));

    // ComfyUI hands a node only the inputs that its class declares.
    private static string? PrefixOf(NodeClass node, NodeContext c) =>
        !node.Inputs.Any(i => i.Name == Prefix) ? null : c.Has(Prefix) ? c.Text(Prefix) : "ComfyUI";
}
