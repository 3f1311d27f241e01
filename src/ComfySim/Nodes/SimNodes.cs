using ComfyFunc.ComfySim.Media;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Nodes that only a simulation has: they take time, fail or write large files, as a test or a demo needs it.</summary>
internal static class SimNodes
{
    private const int BlockBytes = 1 << 20;

    public static IReadOnlyList<NodeClass> All { get; } =
    [
        new()
        {
            Name = "SimSleep", Category = "sim",
            Required = [In.Link("image", "IMAGE"), In.Float("seconds", 1, 0, 3600), In.Bool("poll", true)], Returns = ["IMAGE"],
            Run = async c =>
            {
                await (c.Bool("poll") ? c.SpendUnlessInterruptedAsync(c.Float("seconds")) : c.SpendAsync(c.Float("seconds")));
                return NodeResult.Of(c.Value("image"));
            },
        },
        new()
        {
            Name = "SimProgress", Category = "sim",
            Required = [In.Link("image", "IMAGE"), In.Int("steps", 10, 1, 10000), In.Float("seconds", 1, 0, 3600)], Returns = ["IMAGE"],
            Run = async c =>
            {
                for (var step = 1; step <= c.Int("steps"); step++)
                {
                    await c.SpendUnlessInterruptedAsync(c.Float("seconds") / c.Int("steps"));
                    c.Progress(step, c.Int("steps"));
                }

                return NodeResult.Of(c.Value("image"));
            },
        },
        new()
        {
            Name = "SimFail", Category = "sim",
            Required = [In.Link("image", "IMAGE"), In.Text("message", "It failed, as it was told to."),
                In.Text("exception_type", "ValueError")], Returns = ["IMAGE"],
            Run = c => throw new Python.PythonException(c.Text("exception_type"), c.Text("message")),
        },
        new()
        {
            Name = "SimNeverCached", Category = "sim", Required = [In.Link("image", "IMAGE")], Returns = ["IMAGE"],
            IsChanged = (_, _) => double.NaN,
            Run = NodeClass.Sync(c => NodeResult.Of(c.Value("image"))),
        },
        new()
        {
            Name = "SimTone", Category = "sim", Required = [In.Float("seconds", 0.5, 0.01, 60), In.Float("hertz", 440, 20, 20000)],
            Returns = ["AUDIO"],
            Run = NodeClass.Sync(c => NodeResult.Of(MediaNodes.Tone(c.Float("seconds"), c.Float("hertz")))),
        },
        new()
        {
            Name = "SimMesh", Category = "sim", Returns = ["MESH"], Run = NodeClass.Sync(_ => NodeResult.Of(Mesh.Tetrahedron)),
        },
        new()
        {
            Name = "SimBigFile", Category = "sim",
            Required = [In.Int("megabytes", 1, 1, 100_000), In.Text("filename_prefix", "big")], IsOutput = true,
            Run = NodeClass.Sync(
                c => NodeResult.Show("files",
                    OutputFiles.Save(c, c.Text("filename_prefix"), ".bin", 0, 0, path => WriteBig(path, c.Int("megabytes"))))),
        },
        new()
        {
            Name = "SimText", Category = "sim", Required = [In.Text("text", "", multiline: true)], IsOutput = true,
            Run = NodeClass.Sync(c => NodeResult.Show("text", c.Text("text"))),
        },
    ];

    private static void WriteBig(string path, int megabytes)
    {
        using var file = File.Create(path);
        var block = new byte[BlockBytes];
        for (var i = 0; i < megabytes; i++)
        {
            BitConverter.TryWriteBytes(block, i);
            file.Write(block);
        }
    }
}
