using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Comfy;
using CsCheck;

namespace ComfyFunc.Tests.Adapters.Comfy;

/// <summary>Whatever a host says instead of what it should: it is read, or it is not, and nothing throws.</summary>
public sealed class HostAnswersProperties
{
    private const string Id = "11111111-2222-4333-8444-555555555555";

    // What a ComfyUI says, small.
    private static readonly string[] Answers =
    [
        """
        {"prompt":[3,"11111111-2222-4333-8444-555555555555",{"1":{"class_type":"A","inputs":{}}},{},["2"]],
         "outputs":{"2":{"images":[{"filename":"a_00001_.png","subfolder":"x","type":"output"}],"animated":[true]},"3":{"text":["words",5]}},
         "status":{"status_str":"error","completed":false,"messages":[["execution_start",{"timestamp":1795420822080}],["execution_cached",{"nodes":["1"],"timestamp":1}],
           ["execution_error",{"node_id":"2","node_type":"B","exception_type":"ValueError","exception_message":"no\n","timestamp":1795420822081}]]},
         "meta":{"2":{"node_id":"2","display_node":"1"}}}
        """,
        """{"queue_running":[[1,"11111111-2222-4333-8444-555555555555",{},{},[]]],"queue_pending":[[2.5,"b",{},{},[]],[-1,"c",{},{},[]]]}""",
        """{"system":{"comfyui_version":"0.3.64"},"devices":[{"name":"cuda:0","vram_total":25757220864.0}]}""",
        """{"supports_preview_metadata":true,"max_upload_size":104857600}""",
        """{"prompt_id":"11111111-2222-4333-8444-555555555555","number":5,"node_errors":{}}""",
        """
        {"error":{"type":"prompt_outputs_failed_validation","message":"Prompt outputs failed validation","details":"","extra_info":{}},
         "node_errors":{"3":{"class_type":"KSampler","errors":[{"type":"value_not_in_list","message":"Value not in list","details":"sampler_name","extra_info":{"input_name":"sampler_name"}}]}}}
        """,
        """{"type":"status","data":{"status":{"exec_info":{"queue_remaining":1}},"sid":"x"}}""",
        """{"type":"execution_cached","data":{"nodes":["1","comfyfunc:cache:a"],"prompt_id":"11111111-2222-4333-8444-555555555555","timestamp":5}}""",
        """{"type":"executing","data":{"node":"2","display_node":"2","prompt_id":"11111111-2222-4333-8444-555555555555"}}""",
        """{"type":"progress","data":{"value":3,"max":20,"node":"2","prompt_id":"11111111-2222-4333-8444-555555555555"}}""",
        """{"type":"progress_state","data":{"prompt_id":"11111111-2222-4333-8444-555555555555","nodes":{"2":{"value":3.0,"max":20.0,"state":"running"},"1":{"value":1,"max":1,"state":"finished"}}}}""",
        """{"node_id":"2","prompt_id":"11111111-2222-4333-8444-555555555555","display_node_id":"2","image_type":"image/png"}""",
    ];

    private static readonly string[] Odd =
    [
        "null", "5", "-1", "1e999", "-1e999", "123456789012345678901234567890", "0.5", "NaN", "-Infinity", "true", "\"\"", "\"x\"",
        "\"\\udcff\"", "\"\\ud83d\\ude00\"", "[]", "[null]", "[[]]",
        "[\"a\",{}]", "{}", "{\"a\":null}", "{\"\\udcff\":1,\"\\udcfe\":2}", "{\"a\":1,\"a\":[]}", "\"../../etc/passwd\"", "\"a/b.png\"",
        "\"\\u0000\"", "\"2026-01-01\"", "<html>", "{", "\"",
    ];

    private static readonly Gen<byte[]> Answer = Gen.Select(Gen.Int[0, Answers.Length - 1], Gen.Int[0, 60], Gen.Int[0, Odd.Length - 1],
        Gen.Int[0, 60], Gen.Int[0, Odd.Length - 1], (answer, at, odd, alsoAt, also) =>
        Encoding.UTF8.GetBytes(WithOdd(Answers[answer], (at, Odd[odd]), (alsoAt, Odd[also]))));

    private static readonly Gen<byte[]> CutOrSpoilt = Gen.Select(Answer, Gen.Int[0, 2000], Gen.Byte, Gen.Int[0, 3],
        (answer, at, with, how) =>
    {
        at %= Math.Max(1, answer.Length);
        return how switch
        {
            0 => answer[..at],
            1 => [.. answer[..at], with, .. answer[at..]],
            2 => [.. answer[..at], with, .. answer[Math.Min(answer.Length, at + 1)..]],
            _ => answer,
        };
    });

    [Fact]
    public void Every_answer_in_which_anything_is_anything_else_is_read_without_an_exception() =>
        Answer.Sample(ReadEverywhere, iter: 20_000);

    [Fact]
    public void Every_answer_that_is_cut_or_spoilt_is_read_without_an_exception() => CutOrSpoilt.Sample(ReadEverywhere, iter: 20_000);

    [Fact]
    public void Any_bytes_at_all_are_read_without_an_exception() => Gen.Byte.Array[0, 40].Sample(ReadEverywhere, iter: 20_000);

    private static void ReadEverywhere(byte[] answer)
    {
        Hear(HostFrame.ReadText(answer));
        HostFrame.ReadBinary(answer);
        HostFrame.ReadBinary((byte[])[0, 0, 0, 4, 0, 0, (byte)(answer.Length >> 8), (byte)answer.Length, .. answer, 1, 2]);
        foreach (var status in new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest })
        {
            SubmitReplyReader.Read(status, HostJson.Read(answer, "/prompt"));
        }

        if (HostJson.Read(answer, "/x") is not HostJson.Readable read)
        {
            return;
        }

        Visit(read.Root);
        Visit(JsonElement.Parse(read.Json.Span, new JsonDocumentOptions { MaxDepth = 256, AllowDuplicateProperties = false }));
        QueueView.Read(read.Root);
        SystemStats.Read(read.Root);
        HostFeatures.Read(read.Root);
        var entry = HistoryEntry.Read(new(Guid.Parse(Id)), read.Root);
        foreach (var item in entry.Outputs.SelectMany(o => o.Items))
        {
            Assert.True(item is not OutputFile file
                || (MediaType.KindOf(file).Length > 0 && MediaType.Of(file.FileName).ContentType.Length > 0
                    && !file.FileName.Contains('/', StringComparison.Ordinal)));
            Assert.True(item is not OutputJson json || json.Value.GetRawText().Length > 0);
        }
    }

    private static void Hear(HostFrame? frame)
    {
        var prompt = new WatchedPrompt(3, null, 0);
        if (frame is HostFrame.Event { IsEnd: false } e && e.Apply(prompt) is { } progress)
        {
            Assert.InRange(progress.Value, 0, 1);
            Assert.True(progress is { NodesDone: >= 0, Step: null or >= 0, Steps: null or >= 0 }
                && progress.NodesDone <= progress.NodesTotal);
        }
    }

    // Every text and every name of it.
    private static void Visit(JsonElement value)
    {
        _ = value.Text();
        _ = value.Number();
        foreach (var member in value.Members())
        {
            Assert.NotNull(member.Name);
            Visit(member.Value);
        }

        foreach (var item in value.Items())
        {
            Visit(item);
        }
    }

    private static string WithOdd(string answer, params (int At, string Odd)[] changes)
    {
        var root = JsonNode.Parse(answer)!; // Each is an object.
        foreach (var (n, (at, _)) in changes.Index())
        {
            var places = Places(root).ToArray();
            places[at % places.Length]($"@{n}@");
        }

        return changes.Index()
            .Aggregate(root.ToJsonString(), (text, c) => text.Replace($"\"@{c.Index}@\"", c.Item.Odd, StringComparison.Ordinal));
    }

    private static IEnumerable<Action<string>> Places(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var name in o.Select(p => p.Key).ToArray())
                {
                    yield return text => o[name] = text;
                    foreach (var inner in Places(o[name]))
                    {
                        yield return inner;
                    }
                }

                yield return text => o["more"] = text;
                break;
            case JsonArray a:
                for (var i = 0; i < a.Count; i++)
                {
                    var index = i;
                    yield return text => a[index] = text;
                    foreach (var inner in Places(a[i]))
                    {
                        yield return inner;
                    }
                }

                yield return text => a.Add(text);
                break;
            default:
                yield return _ => { };
                break;
        }
    }
}
