using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine;

/// <summary>Node classes whose inputs depend on choices, on links and on how many are used, and prompts over them.</summary>
internal static class DynamicCatalog
{
    public const string Json = """
        {
          "Make": {"input":{"required":{"color":["INT",{"min":0,"max":255,"default":0}]}},"output":["IMAGE"]},
          "Mask": {"input":{"required":{}},"output":["MASK"]},
          "Number": {"input":{"required":{}},"output":["INT"]},
          "Word": {"input":{"required":{}},"output":["STRING"]},
          "Resize": {"input":{"required":{
              "input":["COMFY_MATCHTYPE_V3",{"template":{"template_id":"t","allowed_types":"IMAGE,MASK"}}],
              "mode":["COMFY_DYNAMICCOMBO_V3",{"options":[
                {"key":"size","inputs":{"required":{"width":["INT",{"default":512,"min":16,"max":1024}],"crop":["COMBO",{"options":["no","center"]}]}}},
                {"key":"factor","inputs":{"required":{"by":["FLOAT",{"default":1.0,"min":0.5,"max":8.0}]},"optional":{"note":["STRING",{}]}}},
                {"key":"wide","inputs":{"required":{"width":["INT",{"default":2048,"min":1024,"max":4096}]}}},
                {"key":"match","inputs":{"required":{"other":["IMAGE,MASK",{}]}}},
                {"key":"nested","inputs":{"required":{"how":["COMFY_DYNAMICCOMBO_V3",{"options":[
                    {"key":"plain","inputs":{"required":{}}},{"key":"seeded","inputs":{"required":{"seed":["INT",{"default":0,"min":0,"max":99}]}}}]}]}}},
                {"key":"file","inputs":{"required":{"model":["COMBO",{"options":[]}]}}}]}],
              "method":["COMBO",{"options":["area","lanczos"]}]}},
            "output":["COMFY_MATCHTYPE_V3"],"output_matchtypes":["t"]},
          "Batch": {"input":{"required":{"images":["COMFY_AUTOGROW_V3",{"template":{"input":{"required":{"image":["IMAGE",{}]}},"prefix":"image","min":2,"max":4}}]}},"output":["IMAGE"]},
          "Sum": {"input":{"required":{"values":["COMFY_AUTOGROW_V3",{"template":{"input":{"required":{"value":["FLOAT,INT",{}]}},"names":["a","b","c"],"min":1}}]}},"output":["FLOAT","INT"]},
          "Pick": {"input":{"required":{"on":["COMFY_MATCHTYPE_V3",{"template":{"template_id":"t","allowed_types":"*"}}],"off":["COMFY_MATCHTYPE_V3",{"template":{"template_id":"t","allowed_types":"*"}}]}},"output":["COMFY_MATCHTYPE_V3"],"output_matchtypes":["t"]},
          "Rate": {"input":{"required":{"rate":["FLOAT,INT",{"default":25.0,"widgetType":"FLOAT","min":1.0,"max":100.0}],"tags":["COMBO",{"options":["a","b"],"multiselect":true}]},"optional":{"extra":["COMFY_DYNAMICCOMBO_V3",{"options":[{"key":"x","inputs":{"required":{"n":["INT",{"default":1}]}}}]}]}},"output":["IMAGE"]},
          "PackResize": {"python_module":"custom_nodes.pack","input":{"required":{"mode":["COMFY_DYNAMICCOMBO_V3",{"options":[{"key":"a","inputs":{"required":{}}},{"key":"b","inputs":{"required":{"n":["INT",{"default":1}]}}}]}]}},"output":["IMAGE"]},
          "Save": {"input":{"required":{"images":["IMAGE"],"prefix":["STRING",{"default":"x"}]}},"output":[],"output_node":true},
          "Show": {"input":{"required":{"any":["*"]}},"output":[],"output_node":true}
        }
        """;

    public static NodeCatalog Catalog { get; } = NodeCatalog.Read(System.Text.Encoding.UTF8.GetBytes(Json));

    /// <summary>A prompt in which one node is needed and has sources of each type: make, mask, number and word.</summary>
    public static JsonElement Prompt(string nodeClass, string inputs, string title = "") => JsonElement.Parse($$$$"""
        {"make":{"class_type":"Make","inputs":{"color":1}},"mask":{"class_type":"Mask","inputs":{}},
         "number":{"class_type":"Number","inputs":{}},"word":{"class_type":"Word","inputs":{}},
         "n":{"class_type":"{{{{nodeClass}}}}","inputs":{{{{inputs}}}},"_meta":{"title":"{{{{title}}}}"}},
         "end":{"class_type":"Show","inputs":{"any":["n",0]}}}
        """);

    /// <summary>
    /// Places and details of what is refused, or else codes, places and details of warnings, but for those about nodes that are not needed.
    /// </summary>
    public static string[] Findings(JsonElement prompt) => Workflow.Check(prompt, Catalog) switch
    {
        WorkflowCheck.Invalid invalid => [.. invalid.Faults.Select(f => $"{f.Pointer} {f.Detail}")],
        WorkflowCheck.Valid valid =>
            [.. valid.Warnings.Where(w => w.Code is not "loose_node").Select(w => $"{w.Code} {w.Pointer} {w.Detail}")],
        _ => throw new InvalidOperationException(),
    };

    public static Workflow Read(JsonElement prompt) => Workflow.Check(prompt, Catalog) is WorkflowCheck.Valid valid ? valid.Workflow
        : throw new InvalidOperationException(string.Join("; ", Findings(prompt)));
}
