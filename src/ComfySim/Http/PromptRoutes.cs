using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;
using ComfyFunc.ComfySim.Queueing;
using ComfyFunc.ComfySim.Validation;

namespace ComfyFunc.ComfySim.Http;

/// <summary>Prompts: submitting, the queue, interrupting, the history, freeing memory.</summary>
internal static class PromptRoutes
{
    private static readonly Lock Numbering = new();

    public static void Map(WebApplication app, SimProcess process)
    {
        var counter = 0L;
        app.Both("POST", "/prompt", context => SubmitAsync(context, process, () =>
        {
            lock (Numbering)
            {
                return counter++;
            }
        }));
        app.Both("GET", "/prompt", context => context.JsonAsync(process.Status()["status"]));
        app.Both("GET", "/queue", context => ShowQueueAsync(context, process));
        app.Both("POST", "/queue", context => ChangeQueueAsync(context, process));
        app.Both("POST", "/interrupt", context => InterruptAsync(context, process));
        app.Both("POST", "/free", context => FreeAsync(context, process));
        app.Both("GET", "/history",
            context => context.JsonAsync(
                process.History.List(Number(context, "max_items"),
                    Number(context, "offset") ?? (Number(context, "max_items") is null ? 0 : -1))));
        app.Both("GET", "/history/{id}", context => context.JsonAsync(process.History.Get(context.LastSegment())));
        app.Both("POST", "/history", context => ChangeHistoryAsync(context, process));
    }

    private static async Task SubmitAsync(HttpContext context, SimProcess process, Func<long> next)
    {
        var body = await context.ReadJsonAsync();
        var faults = process.Machine.Faults;
        if (faults.Take(f => f.DropSubmits, (f, n) => f.DropSubmits = n))
        {
            context.Abort();
            return;
        }

        var number = NumberOf(body, next);
        if (!Py.Contains(body, "prompt"))
        {
            await RefuseAsync(context,
                new()
                {
                    ["type"] = "no_prompt",
                    ["message"] = "No prompt provided",
                    ["details"] = "No prompt provided",
                    ["extra_info"] = new PyDict()
                }, []);
            return;
        }

        var isNew = Releases.IsNew(process.Options);
        if (isNew && Py.Contains(body, "prompt_id") && !IsCanonical(Py.Item(body, "prompt_id")))
        {
            var text = $"prompt_id must be a canonical UUID, not {Py.Repr(Py.Item(body, "prompt_id"))}";
            await RefuseAsync(context,
                new() { ["type"] = "invalid_prompt_id", ["message"] = text, ["details"] = text, ["extra_info"] = new PyDict() }, []);
            return;
        }

        var prompt = Py.Item(body, "prompt");
        if (isNew && prompt is PyDict nodes)
        {
            NodeReplacements.Apply(nodes, process.Machine.Catalog);
        }

        var id = Py.Contains(body, "prompt_id") ? Py.Str(Py.Item(body, "prompt_id")) : Guid.NewGuid().ToString();
        var targets = Py.Contains(body, "partial_execution_targets") ? Py.Item(body, "partial_execution_targets") : null;
        var verdict = new PromptValidator(process.Machine.Catalog, process.Machine.Folders, isNew).Validate(prompt, targets);
        if (verdict.Error is { } error)
        {
            await RefuseAsync(context, error, verdict.NodeErrors);
            return;
        }

        object? extra = Py.Contains(body, "extra_data") ? Py.Item(body, "extra_data") : new PyDict();
        if (Py.Contains(body, "client_id"))
        {
            ((PyDict)extra!)["client_id"] = Py.Item(body, "client_id");
        }

        if (isNew)
        {
            var data = (PyDict?)extra ?? throw PythonException.TypeError("'NoneType' object does not support item assignment");
            data["create_time"] = process.Options.Time.GetUtcNow().ToUnixTimeMilliseconds();
        }

        process.Machine.Statistics.PromptSubmitted(id);
        var item = new PromptItem(number, id, (PyDict)prompt!, extra, verdict.GoodOutputs);
        context.Response.OnCompleted(() =>
        {
            item.Answered.TrySetResult();
            return Task.CompletedTask;
        });
        process.Queue.Put(item);
        if (faults.Take(f => f.LoseSubmitReplies, (f, n) => f.LoseSubmitReplies = n))
        {
            context.Abort();
            return;
        }

        var errors = faults.Take(f => f.AcceptInPart, (f, n) => f.AcceptInPart = n) ? InPart((PyDict)prompt!) : verdict.NodeErrors;
        await context.JsonAsync(new PyDict { ["prompt_id"] = id, ["number"] = number, ["node_errors"] = errors });
    }

    private static bool IsCanonical(object? id) =>
        id is string text && Guid.TryParseExact(text, "D", out var guid) && guid.ToString() == text;

    private static object NumberOf(object? body, Func<long> next)
    {
        if (Py.Contains(body, "number"))
        {
            return Py.ToFloat(Py.Item(body, "number"));
        }

        var number = next();
        return Py.Contains(body, "front") && Py.Truth(Py.Item(body, "front")) ? -number : number;
    }

    private static PyDict InPart(PyDict prompt)
    {
        var id = prompt.Keys.First();
        var error = new PyDict
        {
            ["type"] = "value_smaller_than_min",
            ["message"] = "Value 0 smaller than min of 1",
            ["details"] = "width",
            ["extra_info"] = new PyDict { ["input_name"] = "width" }
        };
        return new()
        {
            [id] = new PyDict
            {
                ["errors"] = new PyList { error },
                ["dependent_outputs"] = new PyList { id },
                ["class_type"] = Execution.GraphLinks.ClassOf(prompt, id)
            }
        };
    }

    private static Task RefuseAsync(HttpContext context, PyDict error, PyDict nodes) =>
        context.JsonAsync(new PyDict { ["error"] = error, ["node_errors"] = nodes }, 400);

    private static Task ShowQueueAsync(HttpContext context, SimProcess process)
    {
        var (running, pending) = process.Queue.Snapshot();
        return context.JsonAsync(new PyDict
        {
            ["queue_running"] = new PyList(running.Select(i => i.ToWire())),
            ["queue_pending"] = new PyList(pending.Select(i => i.ToWire()))
        });
    }

    private static async Task ChangeQueueAsync(HttpContext context, SimProcess process)
    {
        var body = await context.ReadJsonAsync();
        if (Py.Contains(body, "clear") && Py.Truth(Py.Item(body, "clear")))
        {
            process.Queue.Clear();
        }

        if (Py.Contains(body, "delete"))
        {
            foreach (var id in Py.Iterate(Py.Item(body, "delete")))
            {
                process.Queue.Delete(id);
            }
        }
    }

    private static async Task InterruptAsync(HttpContext context, SimProcess process)
    {
        object? body;
        try
        {
            body = await context.ReadJsonAsync();
        }
        catch (Exception)
        {
            body = new PyDict(); // No JSON interrupts whatever runs.
        }

        if (process.Machine.Faults.Take(f => f.IgnoreInterrupts, (f, n) => f.IgnoreInterrupts = n))
        {
            return;
        }

        if (((PyDict)body!).TryGetValue("prompt_id", out var id) && Py.Truth(id))
        {
            if (process.Queue.IsRunning(id))
            {
                process.Interrupts.Raise();
            }
        }
        else
        {
            process.Interrupts.Raise();
        }
    }

    private static async Task FreeAsync(HttpContext context, SimProcess process)
    {
        var body = (PyDict)(await context.ReadJsonAsync())!;
        process.Worker.Free(Flag(body, "unload_models"), Flag(body, "free_memory"));
    }

    private static async Task ChangeHistoryAsync(HttpContext context, SimProcess process)
    {
        var body = await context.ReadJsonAsync();
        if (Py.Contains(body, "clear") && Py.Truth(Py.Item(body, "clear")))
        {
            process.History.Clear();
        }

        if (Py.Contains(body, "delete"))
        {
            foreach (var id in Py.Iterate(Py.Item(body, "delete")))
            {
                process.History.Delete(Py.Str(id));
            }
        }
    }

    private static bool Flag(PyDict body, string name) => body.TryGetValue(name, out var value) && Py.Truth(value);

    private static int? Number(HttpContext context, string name) =>
        context.Request.Query[name] is [{ } text, ..] ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
}
