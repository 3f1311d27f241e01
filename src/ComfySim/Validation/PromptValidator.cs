using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Validation;

/// <summary>What validation made of a prompt: an error, or the outputs that will run and the faults of those that will not.</summary>
internal sealed record Verdict(PyDict? Error, PyList GoodOutputs, PyDict NodeErrors);

/// <summary>
/// Validates a prompt as ComfyUI's <c>validate_prompt</c> does: outputs one by one, and what is invalid is dropped when something else is
/// valid.
/// </summary>
internal sealed class PromptValidator(NodeCatalog catalog, SimFolders folders, bool isNew)
{
    public Verdict Validate(object? prompt, object? targets)
    {
        var outputs = new List<string>();
        foreach (var id in Py.Iterate(prompt).Select(Py.Str))
        {
            var node = Py.Item(prompt, id);
            if (!Py.Contains(node, "class_type"))
            {
                return Refuse("invalid_prompt", "Cannot execute because a node is missing the class_type property.", $"Node ID '#{id}'");
            }

            var name = Py.Str(Py.Item(node, "class_type"));
            if (catalog.Find(name) is not { } nodeClass)
            {
                return isNew ? Missing(id, name, node)
                    : Refuse("invalid_prompt", $"Cannot execute because node {name} does not exist.", $"Node ID '#{id}'");
            }

            if (nodeClass.IsOutput && (targets is null || Py.Contains(targets, id)))
            {
                outputs.Add(id);
            }
        }

        // Only a dict gets past the loop with outputs.
        return outputs.Count == 0 ? Refuse("prompt_no_outputs", "Prompt has no outputs", "") : ValidateOutputs((PyDict)prompt!, outputs);
    }

    private Verdict ValidateOutputs(PyDict prompt, List<string> outputs)
    {
        var checks = new InputValidator(prompt, catalog, folders);
        var (good, errors, details) = (new PyList(), new PyDict(), new List<string>());
        foreach (var output in outputs)
        {
            if (checks.IsValid(output))
            {
                good.Add(output);
                continue;
            }

            details.AddRange(checks.ErrorsOf(output).Select(e => $"{Py.Str(e["message"])}: {Py.Str(e["details"])}"));
            foreach (var id in checks.BrokenUnder(output))
            {
                if (!errors.TryGetValue(id, out var known))
                {
                    errors[id] = known = new PyDict
                    {
                        ["errors"] = new PyList(checks.ErrorsOf(id)),
                        ["dependent_outputs"] = new PyList(),
                        ["class_type"] = Execution.GraphLinks.ClassOf(prompt, id)
                    };
                }

                ((PyList)((PyDict)known!)["dependent_outputs"]!).Add(output);
            }
        }

        return good.Count > 0
            ? new(null, good, errors)
            : new(Error("prompt_outputs_failed_validation", "Prompt outputs failed validation", string.Join("\n", details)), good, errors);
    }

    private static Verdict Missing(string id, string name, object? node)
    {
        var title = (node as PyDict)?.GetValueOrDefault("_meta") is PyDict meta
            && meta.GetValueOrDefault("title") is string given ? given : name;
        var error = Error("missing_node_type", $"Node '{title}' not found. The custom node may not be installed.", $"Node ID '#{id}'");
        error["extra_info"] = new PyDict { ["node_id"] = id, ["class_type"] = name, ["node_title"] = title };
        return new(error, [], []);
    }

    private static Verdict Refuse(string type, string message, string details) => new(Error(type, message, details), [], []);

    private static PyDict Error(string type, string message, string details) =>
        new() { ["type"] = type, ["message"] = message, ["details"] = details, ["extra_info"] = new PyDict() };
}
