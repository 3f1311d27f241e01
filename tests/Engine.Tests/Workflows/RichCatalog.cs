using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

/// <summary>Node classes of the kinds that packs bring: samplers that show, loaders without flags, inputs that no class names.</summary>
internal static class RichCatalog
{
    public const string Json = """
        {
          "Model": {"input":{"required":{"ckpt":[["a.safetensors","SDXL\\b.safetensors"]]}},"output":["MODEL","VAE"]},
          "Later": {"input":{"required":{"ckpt":[[]]}},"output":["MODEL"]},
          "Shown": {"input":{"required":{"model":["MODEL"],"seed":["INT",{"min":0,"max":1000}],"steps":["INT",{"min":1,"max":100}],"method":[["euler","heun"]]}},"output":["MODEL","IMAGE"],"output_node":true,"display_name":"Sampler [Show]"},
          "SaveImage": {"input":{"required":{"images":["IMAGE"],"filename_prefix":["STRING",{"default":"x"}]}},"output":["IMAGE"],"output_node":true,"display_name":"Save Image"},
          "PreviewImage": {"input":{"required":{"images":["IMAGE"]}},"output":["IMAGE"],"output_node":true,"display_name":"Preview Image"},
          "ShowText": {"input":{"required":{"text":["STRING",{"forceInput":true}]}},"output":["STRING"],"output_node":true},
          "Box": {"input":{"required":{"text":["STRING",{"multiline":true}]}},"output":["STRING"],"output_node":true},
          "Word": {"input":{"required":{"text":["STRING",{"multiline":true}],"times":["INT",{"min":1,"max":9}],"rate":["FLOAT",{"min":0.0,"max":1.0}],"on":["BOOLEAN"]},"optional":{"mask":["MASK"]}},"output":["STRING","INT"]},
          "Picture": {"input":{"required":{"image":[["known.png"],{"image_upload":true}]}},"output":["IMAGE","MASK"]},
          "VHS_LoadVideo": {"input":{"required":{"video":[["clip.mp4"]],"cap":["INT",{"min":0}]}},"output":["IMAGE"]},
          "Combine": {"input":{"required":{"images":["IMAGE"],"rate":["FLOAT",{"min":1}],"filename_prefix":["STRING"],"format":[["image/gif","video/h264"],{"formats":{"video/h264":[["pix_fmt",["yuv420p","yuv444p"]],["crf","INT",{"default":19,"min":0,"max":100}]]}}]}},"output":["FILES"],"output_node":true},
          "Loras": {"input":{"required":{},"optional":{"model":["MODEL"]}},"output":["MODEL"],"python_module":"custom_nodes.loras"},
          "LoraLoader": {"input":{"required":{"lora_name":[["x.safetensors","old/y.safetensors"]],"model":["MODEL"]}},"output":["MODEL"]},
          "Packed": {"input":{"required":{"value":["FLOAT"],"style":[["one","two"]]}},"output":["IMAGE"],"python_module":"custom_nodes.pack"},
          "ShowIt": {"output":[],"output_node":true},
          "SaveImageWebsocket": {"input":{"required":{"images":["IMAGE"]}},"output":[],"output_node":true}
        }
        """;

    public static NodeCatalog Catalog { get; } = NodeCatalog.Read(Encoding.UTF8.GetBytes(Json));

    /// <summary>A picture that is saved, with what else the prompt is to have.</summary>
    public static string Prompt(params ReadOnlySpan<string> nodes) => $$$"""
        {"1":{"class_type":"Picture","inputs":{"image":"known.png"}},"9":{"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"p"}}{{{string.Concat(string.Join("", nodes.ToArray().Select(n => "," + n)))}}}}
        """;

    /// <summary>A node with the id 2 that an output needs.</summary>
    public static string Needed(string nodeClass, string inputs, string title = "") => Prompt(
        $$$"""
        "2":{"class_type":"{{{nodeClass}}}","inputs":{{{inputs}}},"_meta":{"title":"{{{title}}}"}}
        """,
        """
        "3":{"class_type":"ShowText","inputs":{"text":["2",0]}}
        """);

    public static WorkflowCheck Check(string prompt) => Workflow.Check(JsonElement.Parse(prompt), Catalog);

    public static WorkflowCheck.Valid Valid(string prompt) => Check(prompt) switch
    {
        WorkflowCheck.Valid valid => valid,
        var invalid => throw new InvalidOperationException(string.Join("; ", ((WorkflowCheck.Invalid)invalid).Faults)),
    };

    public static Workflow Read(string prompt) => Valid(prompt).Workflow;
}
