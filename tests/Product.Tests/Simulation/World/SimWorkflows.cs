using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Simulation;

/// <summary>The workflows that the simulation runs: a loader, work of any length and kind, and a result.</summary>
internal static class SimWorkflows
{
    public const string Catalog = """
        {
          "CheckpointLoaderSimple": {"input":{"required":{"ckpt_name":[["m0.safetensors","m1.safetensors","m2.safetensors"],{}]}},"output":["MODEL"]},
          "Work": {"input":{"required":{"model":["MODEL"],"seconds":["FLOAT",{"default":1}],"kind":["STRING",{"default":"ok"}],"number":["INT",{"default":0}]}},"output":["IMAGE"]},
          "SaveImage": {"input":{"required":{"images":["IMAGE"]}},"output":[],"output_node":true}
        }
        """;

    /// <summary>The catalog of a host that was given more node packs.</summary>
    public static string CatalogAfter(int upgrades) =>
        $"{Catalog.TrimEnd()[..^1].TrimEnd()}{string.Concat(Enumerable.Range(0, upgrades).Select(i => $$""","Pack{{i}}":{"input":{},"output":[]}"""))}}}";

    public static NodeCatalog Nodes { get; } = NodeCatalog.Read(Encoding.UTF8.GetBytes(Catalog));

    public static ImmutableArray<Workflow> All { get; } = [.. Enumerable.Range(0, 3).Select(Of)];

    private static Workflow Of(int model) => Workflow.Check(
        JsonElement.Parse($$$"""
            {
              "1":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"m{{{model}}}.safetensors"}},
              "2":{"class_type":"Work","inputs":{"model":["1",0],"seconds":1,"kind":"ok","number":0},"_meta":{"title":"[work]"}},
              "3":{"class_type":"SaveImage","inputs":{"images":["2",0]},"_meta":{"title":"[result]"}}
            }
            """),
        Nodes) is WorkflowCheck.Valid valid ? valid.Workflow
            : throw new InvalidOperationException("The simulation's own workflow is wrong.");
}
