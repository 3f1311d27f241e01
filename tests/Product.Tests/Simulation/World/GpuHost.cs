using System.Net;
using System.Text;
using System.Text.Json;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;

namespace ComfyFunc.Simulation;

/// <summary>A ComfyUI in memory: a queue, a worker, a history, sockets, and everything that can happen to them.</summary>
internal sealed class GpuHost(SimWorld world, HostId id, int slots)
{
    private readonly List<Prompt> pending = [];
    private readonly Dictionary<PromptId, JsonElement> history = [];
    private readonly List<GpuSocket> sockets = [];
    private Prompt? running;
    private string? loaded;
    private int life;

    public HostId Id => id;

    public int Slots => slots;

    public Uri Url => new($"http://{id}/");

    public bool IsDown { get; private set; }

    public bool IsCutOff { get; set; }

    /// <summary>Which of the catalogs it has: it may be upgraded while it runs.</summary>
    public int Upgrades { get; private set; }

    /// <summary>Its histories hold what no JSON parser takes.</summary>
    public bool WritesOddBytes { get; set; }

    /// <summary>The worker takes one more prompt and then nothing.</summary>
    public bool IsZombie { get; set; }

    public bool IsAnswering => !IsDown && !IsCutOff;

    public GpuSocket? Connect(string client)
    {
        if (!IsAnswering)
        {
            return null;
        }

        var socket = new GpuSocket(world, client);
        sockets.Add(socket);
        Say(socket, new HostFrame.Queue());
        return socket;
    }

    /// <summary>The process dies: all that it knew is gone.</summary>
    public void Crash(double downSeconds)
    {
        if (IsDown)
        {
            return;
        }

        (IsDown, IsZombie, running, loaded) = (true, false, null, null);
        life++;
        pending.Clear();
        history.Clear();
        DropSockets();
        world.Time.After(downSeconds, () => IsDown = false);
    }

    /// <summary>A person at the host's own page queues a prompt.</summary>
    public void UseBy(double seconds)
    {
        if (!IsDown)
        {
            pending.Add(new(new(new Guid(world.Random.Next(), 1, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1)), "a person",
                new("m9.safetensors", seconds, "foreign", -1)));
            SayAll(new HostFrame.Queue());
            world.Time.Post(Next);
        }
    }

    /// <summary>The same person's buttons: interrupt whatever runs, clear what waits.</summary>
    public void InterruptByPerson()
    {
        if (!IsDown && !IsZombie && running is { } prompt && (prompt.Work.Kind != "hang" || prompt.Work.Number % 2 == 0))
        {
            End(prompt, "interrupted", loads: false, 0);
        }
    }

    public void ClearByPerson() => pending.Clear();

    /// <summary>A custom node pack is added: the catalog changes, and nothing announces it.</summary>
    public void Upgrade() => Upgrades++;

    public void CutOff(double seconds)
    {
        IsCutOff = true;
        DropSockets();
        world.Time.After(seconds, () => IsCutOff = false);
    }

    public HttpResponseMessage Answer(HttpMethod method, string path, string body)
    {
        switch (method.Method, path.TrimStart('/'))
        {
            case ("GET", "queue"):
                return Json(new { queue_running = Items(running is null ? [] : [running]), queue_pending = Items(pending) });
            case ("GET", "system_stats"):
                return Json(new { system = new { comfyui_version = "0.3.60" }, devices = new[] { new { vram_total = 24L << 30 } } });
            case ("GET", "object_info"):
                return Text(SimWorkflows.CatalogAfter(Upgrades));
            case ("GET", var p) when p.StartsWith("history/", StringComparison.Ordinal):
                var asked = new PromptId(Guid.Parse(p["history/".Length..]));
                var odd = WritesOddBytes ? "\"odd\":[NaN,\"\\udcff\",Infinity]," : "";
                return history.TryGetValue(asked, out var entry)
                    ? Text($$"""{"{{asked}}":{{{odd}}{{entry.GetRawText()[1..]}}}""") : Text("{}");
            case ("GET", var p) when p.StartsWith("view", StringComparison.Ordinal):
                return new(HttpStatusCode.OK) { Content = new ByteArrayContent("a picture"u8.ToArray()) };
            case ("POST", "prompt"):
                return Submit(JsonElement.Parse(body));
            case ("POST", "queue"):
                var gone = JsonElement.Parse(body).GetProperty("delete").EnumerateArray().Select(d => new PromptId(d.GetGuid())).ToArray();
                pending.RemoveAll(q => gone.Contains(q.Id));
                return Text("");
            case ("POST", "interrupt"):
                Interrupt(new(JsonElement.Parse(body).GetProperty("prompt_id").GetGuid()));
                return Text("");
            default:
                return Text("");
        }
    }

    private HttpResponseMessage Submit(JsonElement body)
    {
        // The client sends its id.
        var prompt = new Prompt(new(body.GetProperty("prompt_id").GetGuid()), body.GetProperty("client_id").GetString()!,
            SimWork.Read(body.GetProperty("prompt")));
        world.Laws.Submitted(this, prompt.Id, prompt.Work);
        pending.Add(prompt);
        SayAll(new HostFrame.Queue());
        world.Time.Post(Next);
        return Json(new { prompt_id = prompt.Id.ToString(), number = 1, node_errors = new { } });
    }

    private void Next()
    {
        if (IsDown || running is not null || pending.Count == 0)
        {
            return;
        }

        running = pending[0];
        pending.RemoveAt(0);
        if (!IsZombie)
        {
            Begin(running);
        }
    }

    private void Begin(Prompt prompt)
    {
        if (prompt.Work.Kind != "foreign")
        {
            world.Laws.Executed(prompt.Id, prompt.Work);
        }

        Tell(prompt, "execution_start", new { });
        var loads = prompt.Work.Model != loaded;
        loaded = prompt.Work.Model;
        var seconds = prompt.Work.Seconds + (loads ? 4 : 0);
        var then = (life, prompt);
        Tell(prompt, "execution_cached", new { nodes = loads ? Array.Empty<string>() : ["1"] });
        Tell(prompt, "executing", new { node = "2" });
        switch (prompt.Work.Kind)
        {
            case "crash":
                world.Time.After(0.2, () => If(then, () =>
                {
                    world.Laws.Killed(this, prompt.Work);
                    Crash(world.Random.Next(5, 40));
                }));
                break;
            case "hang":
                break;
            default:
                for (var second = 5.0; second < seconds; second += 5)
                {
                    world.Time.After(second, () => If(then, () => Tell(prompt, "progress", new { value = 1, max = 2, node = "2" })));
                }

                world.Time.After(seconds, () => If(then, () => End(prompt, prompt.Work.Kind, loads, seconds)));
                break;
        }
    }

    private void If((int Life, Prompt Prompt) then, Action act)
    {
        if (life == then.Life && running == then.Prompt && !IsZombie)
        {
            act();
        }
    }

    private void Interrupt(PromptId asked)
    {
        // A node that hangs in a kernel hears nothing; a dead worker neither.
        if (running is { } prompt && prompt.Id == asked && !IsZombie && (prompt.Work.Kind != "hang" || prompt.Work.Number % 2 == 0))
        {
            End(prompt, "interrupted", loads: false, 0);
        }
    }

    private void End(Prompt prompt, string how, bool loads, double seconds)
    {
        var end = world.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var (name, data) = how switch
        {
            "fail" => ("execution_error",
                (object)new
                {
                    node_id = "2",
                    node_type = "Work",
                    exception_type = "ValueError",
                    exception_message = "It broke.",
                    timestamp = end
                }),
            "oom" => ("execution_error",
                new
                {
                    node_id = "2",
                    node_type = "Work",
                    exception_type = "torch.OutOfMemoryError",
                    exception_message = "Out of memory.",
                    timestamp = end
                }),
            "interrupted" => ("execution_interrupted", new { node_id = "2", timestamp = end }),
            _ => ("execution_success", new { timestamp = end }),
        };
        object[] messages =
        [
            new object[] { "execution_start", new { timestamp = end - (long)(seconds * 1000) } },
            new object[] { "execution_cached", new { nodes = loads ? Array.Empty<string>() : ["1"], timestamp = end } },
            new object[] { name, data },
        ];
        object outputs = name == "execution_success" && prompt.Work.Kind != "foreign"
            ? new Dictionary<string, object>
            {
                ["3"] = prompt.Work.Number % 2 == 0 ? new { text = new[] { $"{prompt.Work.Number}" } }
                : new { images = new[] { new { filename = "x.png", subfolder = "", type = "output" } } }
            }
            : new { };
        history[prompt.Id] =
            JsonSerializer.SerializeToElement(
                new
                {
                    prompt = Array.Empty<object>(),
                    outputs,
                    status = new { status_str = name == "execution_success" ? "success" : "error", completed = true, messages }
                });
        running = null;
        SayAll(new HostFrame.Queue());
        Tell(prompt, "executing", new { node = (string?)null });
        world.Time.Post(Next);
    }

    private void Tell(Prompt prompt, string type, object data) =>
        sockets.Where(s => s.ClientId == prompt.Client).ToList()
        .ForEach(s => Say(s, new HostFrame.Event(type, prompt.Id, JsonSerializer.SerializeToElement(data))));

    private void SayAll(HostFrame frame) => sockets.ForEach(s => Say(s, frame));

    private void Say(GpuSocket socket, HostFrame frame)
    {
        if (world.Random.NextDouble() >= world.EventFaults)
        {
            socket.Hear(frame);
        }

        if (world.Random.NextDouble() < world.EventFaults)
        {
            world.Time.After(world.Random.NextDouble() * 5, () => socket.Hear(frame));
        }
    }

    private void DropSockets()
    {
        sockets.ForEach(s => s.Abort());
        sockets.Clear();
    }

    private static object[] Items(IEnumerable<Prompt> prompts) =>
        [.. prompts.Select((p, i) => (object)new object[] { i, p.Id.ToString(), new { }, new { }, Array.Empty<string>() })];

    private static HttpResponseMessage Json(object body) => Text(JsonSerializer.Serialize(body));

    private static HttpResponseMessage Text(string body) =>
        new(HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new("application/json") } }
        };

    private sealed record Prompt(PromptId Id, string Client, SimWork Work);
}

/// <summary>What a prompt of the simulation does.</summary>
/// <param name="Kind">ok, fail, oom, crash or hang.</param>
internal sealed record SimWork(string Model, double Seconds, string Kind, int Number)
{
    public static SimWork Read(JsonElement prompt)
    {
        var work = prompt.GetProperty("2").GetProperty("inputs");
        // The workflows have them.
        return new(prompt.GetProperty("1").GetProperty("inputs").GetProperty("ckpt_name").GetString()!,
            work.GetProperty("seconds").GetDouble(), work.GetProperty("kind").GetString()!, work.GetProperty("number").GetInt32());
    }
}
