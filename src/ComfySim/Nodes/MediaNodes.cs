using ComfyFunc.ComfySim.Media;
using ComfyFunc.ComfySim.Models;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Nodes of sound, and of pictures by models of their own.</summary>
internal static class MediaNodes
{
    private const int Rate = 44100;

    public static IReadOnlyList<NodeClass> All { get; } =
    [
        new()
        {
            Name = "LoadAudio", DisplayName = "Load Audio", Category = "audio", Required = [In.InputFile("audio", "audio_upload")],
            Returns = ["AUDIO"],
            Check = new("audio",
                (v, folders) => File.Exists(folders.PathOfInput(Python.Py.Str(v))) ? null : $"Invalid audio file: {Python.Py.Str(v)}"),
            Run = NodeClass.Sync(c => NodeResult.Of(Tone(1, 200 + (new FileInfo(c.Folders.PathOfInput(c.Text("audio"))).Length % 600)))),
        },
        new()
        {
            Name = "EmptyAudio", Category = "audio",
            Required = [In.Float("duration", 60.0, 0.0, 3600.0, 0.01), In.Int("sample_rate", Rate, 1, 192000), In.Int("channels", 2, 1, 2)],
            Returns = ["AUDIO"],
            Run = NodeClass.Sync(c => NodeResult.Of(Tone(c.Float("duration"), 0))),
        },
        new()
        {
            Name = "ImageUpscaleWithModel", DisplayName = "Upscale Image (using Model)", Category = "image/upscaling",
            Required = [In.Link("upscale_model", "UPSCALE_MODEL"), In.Link("image", "IMAGE")], Returns = ["IMAGE"],
            Run = async c =>
            {
                await c.WorkAsync(c.Memory.Use(c.Get<LoadedModel>("upscale_model", "scale"), c.Prompt.PromptId) + 0.3);
                return NodeResult.Of(c.Image("image").Map(p => Pixels.Scale(p, p.Width * 4, p.Height * 4, "lanczos")));
            },
        },
    ];

    public static Sound Tone(double seconds, double hertz) =>
        new([.. Enumerable.Range(0, (int)(seconds * Rate)).Select(i => (short)(Math.Sin(i * hertz * 2 * Math.PI / Rate) * 8000))], Rate);
}
