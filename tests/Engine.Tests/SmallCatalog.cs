using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine;

/// <summary>A catalog of a few node classes, shaped as <c>/object_info</c> shapes them, and prompts over it.</summary>
internal static class SmallCatalog
{
    public static NodeCatalog Catalog { get; } = NodeCatalog.Read("""
        {
          "Load": {"input":{"required":{"file":[["a.safetensors","b.safetensors"],{}]}},"output":["MODEL","CLIP"],"output_node":false},
          "Text": {"input":{"required":{"text":["STRING",{"multiline":true}],"clip":["CLIP"]}},"output":["COND"]},
          "Sample": {"input":{"required":{"model":["MODEL"],"seed":["INT",{"default":0,"min":0,"max":18446744073709551615,"control_after_generate":true}],"steps":["INT",{"default":20,"min":1,"max":100}],"cfg":["FLOAT",{"min":0.0,"max":30.0,"step":0.1}],"name":["COMBO",{"options":["euler","heun"]}],"flag":["BOOLEAN",{"default":true}],"positive":["COND"]}},"output":["IMAGE"]},
          "Lora": {"input":{"required":{"clip":["CLIP"],"model":["MODEL"],"file":[["x.safetensors"],{}]}},"input_order":{"required":["model","clip","file"]},"output":["MODEL","CLIP"]},
          "Size": {"input":{"required":{"width":["INT",{"default":512,"min":16,"max":1024,"step":8}]}},"output":["LATENT"]},
          "Open": {"input":{"required":{"image":[["example.png"],{"image_upload":true}]}},"output":["IMAGE","MASK"]},
          "Invert": {"input":{"required":{"image":["IMAGE"]}},"output":["IMAGE"]},
          "Mix": {"input":{"required":{"one":["IMAGE"],"two":["IMAGE"]},"optional":{"mask":["MASK"]}},"output":["IMAGE"]},
          "Route": {"input":{"required":{"any":["*"]}},"output":["*"]},
          "Make": {"input":{"required":{"color":["INT",{"min":0,"max":255}]}},"output":["IMAGE"]},
          "Save": {"input":{"required":{"images":["IMAGE"],"prefix":["STRING",{"default":"x"}]}},"output":[],"output_node":true}
        }
        """u8.ToArray());

    public static WorkflowCheck Check(string prompt) => Workflow.Check(JsonElement.Parse(prompt), Catalog);

    public static Workflow Read(string prompt) => Check(prompt) switch
    {
        WorkflowCheck.Valid valid => valid.Workflow,
        WorkflowCheck.Invalid invalid => throw new InvalidOperationException(string.Join("; ", invalid.Faults)),
        _ => throw new InvalidOperationException(),
    };

    public static string[] Faults(string prompt) =>
        [.. Assert.IsType<WorkflowCheck.Invalid>(Check(prompt)).Faults.Select(f => f.Pointer ?? "none").Order(StringComparer.Ordinal)];

    /// <summary>Everything that a picture needs, with tags.</summary>
    public const string Picture = """
        {
          "1":{"class_type":"Load","inputs":{"file":"a.safetensors"},"_meta":{"title":"Loader [!cache]"}},
          "2":{"class_type":"Text","inputs":{"text":"hill","clip":["1",1]},"_meta":{"title":"Prompt [ text : text ]"}},
          "57:3":{"class_type":"Sample","inputs":{"model":["1",0],"seed":7,"steps":20,"cfg":7.5,"name":"euler","flag":true,"positive":["2",0]},"_meta":{"title":"采样器 [Sampler]"}},
          "4":{"class_type":"Save","inputs":{"images":["57:3",0],"prefix":"p"},"_meta":{"title":"Save [picture]"}}
        }
        """;
}
