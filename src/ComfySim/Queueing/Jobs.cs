
namespace ComfyFunc.ComfySim.Queueing;

/// <summary>Prompts as the job pages of newer releases show them, the newest first.</summary>
internal static class Jobs
{
    private static readonly HashSet<string> Shown = ["images", "video", "audio"];

    public static List<PyDict> All(SimProcess process)
    {
        var (running, pending) = process.Queue.Snapshot();
        return
        [
            .. running.Select(i => Waiting(i, "in_progress"))
                .Concat(pending.Select(i => Waiting(i, "pending")))
                .Concat(process.History.List(null, 0).Select(e => Ended(e.Key, (PyDict)e.Value!))) // The history holds nothing else.
                .OrderByDescending(
                    j => Convert.ToInt64(j.GetValueOrDefault("create_time"), System.Globalization.CultureInfo.InvariantCulture)),
        ];
    }

    public static PyDict? Find(SimProcess process, string id)
    {
        if (process.History.Get(id).GetValueOrDefault(id) is PyDict entry)
        {
            var job = Ended(id, entry);
            var prompt = (PyList)entry["prompt"]!; // Written by PromptItem.
            (job["outputs"], job["execution_status"]) = (entry["outputs"], entry["status"]);
            job["workflow"] = new PyDict { ["prompt"] = prompt[2], ["extra_data"] = prompt[3] };
            return job;
        }

        return All(process).Find(j => (string?)j["id"] == id);
    }

    private static PyDict Waiting(PromptItem item, string status) => new()
    {
        ["id"] = item.PromptId,
        ["status"] = status,
        ["priority"] = item.Number,
        ["create_time"] = CreatedAt(item.ExtraData),
        ["outputs_count"] = 0,
    };

    private static PyDict Ended(string id, PyDict entry)
    {
        var prompt = (PyList)entry["prompt"]!;
        var status = (PyDict)entry["status"]!;
        var messages = ((PyList)status["messages"]!).Cast<PyList>().ToList();
        var last = (string)messages[^1][0]!; // A prompt that has ended has said so.
        var files = FilesIn((PyDict)entry["outputs"]!);
        var job = new PyDict
        {
            ["id"] = id,
            ["status"] = last switch { "execution_success" => "completed", "execution_interrupted" => "cancelled", _ => "failed" },
            ["priority"] = prompt[0],
            ["create_time"] = CreatedAt(prompt[3]),
            ["execution_start_time"] = ((PyDict)messages[0][1]!)["timestamp"],
            ["execution_end_time"] = ((PyDict)messages[^1][1]!)["timestamp"],
            ["outputs_count"] = files.Count,
        };
        if (last == "execution_error")
        {
            job["execution_error"] = messages[^1][1];
        }

        var preview = files.Where(f => Shown.Contains((string)f["mediaType"]!))
            .OrderByDescending(f => f.GetValueOrDefault("type") is "output").FirstOrDefault();
        if (preview is not null)
        {
            job["preview_output"] = preview;
        }

        return job;
    }

    private static List<PyDict> FilesIn(PyDict outputs) =>
    [
        .. from node in outputs
           from list in (PyDict)node.Value!
           where list.Key != "animated" && list.Value is PyList
           from file in ((PyList)list.Value!).OfType<PyDict>()
           select new PyDict(file) { ["nodeId"] = node.Key, ["mediaType"] = list.Key },
    ];

    private static object? CreatedAt(object? extra) => (extra as PyDict)?.GetValueOrDefault("create_time");
}
