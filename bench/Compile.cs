using System.Text.Json;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Bench;

/// <summary>The compiler over a prompt of 1,000 nodes, with and without a call's bypass.</summary>
[MemoryDiagnoser]
[Config(typeof(InProcess))]
public class Compile
{
    private Workflow workflow = null!; // GlobalSetup sets them.
    private CallValues values = null!;
    private CallValues bypassing = null!;
    private DrawnSeed[] seeds = [];

    [GlobalSetup]
    public void Setup()
    {
        var catalog = NodeCatalog.Read("""
            {"Make":{"input":{"required":{"seed":["INT",{"min":0,"max":18446744073709551615,"control_after_generate":true}],"text":["STRING",{}]}},"output":["IMAGE"]},
             "Pass":{"input":{"required":{"image":["IMAGE"],"amount":["FLOAT",{"min":0,"max":1}]}},"output":["IMAGE"]},
             "Save":{"input":{"required":{"image":["IMAGE"]}},"output":[],"output_node":true}}
            """u8.ToArray());
        var prompt = new JsonObject { ["0"] = Node("Make", "[make]", new() { ["seed"] = 1, ["text"] = "a hill" }) };
        for (var i = 1; i < 999; i++)
        {
            prompt[$"{i}"] =
                Node("Pass", i == 500 ? "[middle]" : "Pass", new() { ["image"] = new JsonArray($"{i - 1}", 0), ["amount"] = 0.5 });
        }

        prompt["999"] = Node("Save", "[out]", new() { ["image"] = new JsonArray("998", 0) });
        workflow = ((WorkflowCheck.Valid)Workflow.Check(JsonSerializer.SerializeToElement(prompt), catalog)).Workflow;
        values = Bind("""{"make":{"text":"a lake"},"middle":{"amount":0.25}}""");
        bypassing = Bind("""{"make":{"text":"a lake"},"middle":false}""");
        seeds = [.. SeedPlan.Of(workflow, values, HiddenSeeds.Auto).Where(s => s.Origin is SeedOrigin.Drawn)
            .Select(s => new DrawnSeed(s.Node, s.Input, 42))];
    }

    [Benchmark]
    public int Values() => PromptCompiler.Compile(workflow, values, [], seeds, CompileOptions.Plain).Json.Length;

    [Benchmark]
    public int ValuesAndBypass() => PromptCompiler.Compile(workflow, bypassing, [], seeds, CompileOptions.Plain).Json.Length;

    [Benchmark]
    public int Binding() =>
        ValueBinder.Bind(workflow, JsonElement.Parse("""{"make":{"text":"a lake"},"middle":{"amount":0.25}}"""), new()).GetHashCode();

    private CallValues Bind(string body) => ((Binding.Valid)ValueBinder.Bind(workflow, JsonElement.Parse(body), new())).Values;

    private static JsonObject Node(string type, string title, JsonObject inputs) =>
        new() { ["class_type"] = type, ["inputs"] = inputs, ["_meta"] = new JsonObject { ["title"] = title } };

    private sealed class InProcess : ManualConfig
    {
        public InProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    }
}
