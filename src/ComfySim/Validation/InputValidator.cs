using ComfyFunc.ComfySim.Execution;
using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Validation;

/// <summary>Checks the inputs of nodes, coercing literals in place as ComfyUI does.</summary>
internal sealed class InputValidator(PyDict prompt, NodeCatalog catalog, SimFolders folders)
{
    private readonly Dictionary<string, bool> valid = [];
    private readonly Dictionary<string, List<PyDict>> errors = [];
    private readonly Dictionary<string, List<string>> below = [];

    public IEnumerable<PyDict> ErrorsOf(string id) => errors.GetValueOrDefault(id) ?? [];

    /// <summary>A node on a cycle is invalid and nobody says why.</summary>
    public bool IsValid(string id) => IsValid(id, null);

    private bool IsValid(string id, PyDict? link)
    {
        if (valid.TryGetValue(id, out var known))
        {
            return known;
        }

        valid[id] = false;
        (errors[id], below[id]) = ([], []);
        try
        {
            valid[id] = Check(id);
        }
        catch (PythonException e)
        {
            errors[id] = [link is null ? Raised("exception_during_validation", "Exception when validating node", e, [])
                : Raised("exception_during_inner_validation", "Exception when validating inner node", e, link)];
        }

        return valid[id];
    }

    public IEnumerable<string> BrokenUnder(string id)
    {
        var (open, seen) = (new Stack<string>([id]), new HashSet<string>());
        while (open.TryPop(out var at))
        {
            if (!seen.Add(at))
            {
                continue;
            }

            if (errors.GetValueOrDefault(at) is { Count: > 0 })
            {
                yield return at;
            }

            foreach (var source in below.GetValueOrDefault(at) ?? [])
            {
                open.Push(source);
            }
        }
    }

    /// <param name="link">What is known of the link through which the node was reached.</param>
    private static PyDict Raised(string type, string message, PythonException e, PyDict link)
    {
        var info = new PyDict(link)
        {
            ["exception_message"] = e.Message,
            ["exception_type"] = e.Type,
            ["traceback"] = new PyList { "  File \"/comfysim/execution.py\", line 1, in validate_inputs\n" }
        };
        if (link.Count == 0)
        {
            info.Remove("exception_message");
        }

        return new() { ["type"] = type, ["message"] = message, ["details"] = e.Message, ["extra_info"] = info };
    }

    private bool Check(string id)
    {
        var nodeClass = catalog.Find(GraphLinks.ClassOf(prompt, id)) ?? throw PythonException.KeyError(id);
        var inputs = (PyDict)(Py.Item(prompt[id], "inputs") ?? new PyDict());
        var isValid = true;
        foreach (var (spec, isRequired) in FinalInputs.Of(nodeClass, inputs))
        {
            if (!inputs.TryGetValue(spec.Name, out var value))
            {
                if (isRequired)
                {
                    var details = FinalInputs.AreDynamic(nodeClass) ? spec.Name.Split('.')[^1] : spec.Name;
                    isValid = Complain(id, "required_input_missing", "Required input is missing", details,
                        new() { ["input_name"] = spec.Name });
                }
            }
            else if (value is PyList list)
            {
                isValid &= CheckLink(id, spec, list);
            }
            else
            {
                isValid &= CheckLiteral(id, nodeClass, spec, inputs);
            }
        }

        return isValid;
    }

    private bool CheckLink(string id, InputSpec spec, PyList link)
    {
        if (link.Count != 2)
        {
            return Complain(id, "bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]",
                spec.Name, Info(spec, link));
        }

        var from = Py.Str(link[0]);
        var source = catalog.Find(Py.Str(Py.Item(Py.Item(prompt, from), "class_type"))) ?? throw PythonException.KeyError(from);
        var slot = (int)Py.ToFloat(link[1]);
        if (slot < 0 || slot >= source.Returns.Count)
        {
            throw new PythonException("IndexError", "tuple index out of range");
        }

        var received = source.Returns[slot];
        if (!NodeTypes.Fits(received, spec.Type))
        {
            var info = new PyDict
            {
                ["input_name"] = spec.Name,
                ["input_config"] = Config(spec),
                ["received_type"] = received,
                ["linked_node"] = link
            };
            return Complain(id, "return_type_mismatch", "Return type mismatch between linked nodes",
                $"{spec.Name}, received_type({received}) mismatch input_type({spec.Type})", info);
        }

        below[id].Add(from);
        return IsValid(from, new() { ["input_name"] = spec.Name, ["input_config"] = Config(spec), ["linked_node"] = link });
    }

    private bool CheckLiteral(string id, NodeClass nodeClass, InputSpec spec, PyDict inputs)
    {
        // A list that is no link comes wrapped.
        if (inputs[spec.Name] is PyDict wrapped && wrapped.TryGetValue("__value__", out var inner))
        {
            inputs[spec.Name] = inner;
        }

        object? value;
        try
        {
            value = inputs[spec.Name] = spec.Type switch
            {
                "INT" => Py.ToInt(inputs[spec.Name]),
                "FLOAT" => Py.ToFloat(inputs[spec.Name]),
                "STRING" => Py.Str(inputs[spec.Name]),
                "BOOLEAN" => Py.Truth(inputs[spec.Name]),
                _ => inputs[spec.Name],
            };
        }
        catch (PythonException e)
        {
            var info = Info(spec, inputs[spec.Name]);
            info["exception_message"] = e.Message;
            return Complain(id, "invalid_input_type", $"Failed to convert an input value to a {spec.Type} value",
                $"{spec.Name}, {Py.Str(inputs[spec.Name])}, {e.Message}", info);
        }

        if (nodeClass.Check is { } check && check.Input == spec.Name)
        {
            return check.Complaint(value, folders) is not { } complaint
                || Complain(id, "custom_validation_failed", "Custom validation failed for node", $"{spec.Name} - {complaint}",
                    new() { ["input_name"] = spec.Name });
        }

        return CheckRange(id, spec, value) && CheckChoice(id, spec, value);
    }

    private bool CheckRange(string id, InputSpec spec, object? value)
    {
        if (spec.Options is not { } options || !Py.IsNumber(value))
        {
            return true;
        }

        return options.TryGetValue("min", out var min) && min is not null && Py.Compare(value, min) < 0
            ? Complain(id, "value_smaller_than_min", $"Value {Py.Str(value)} smaller than min of {Py.Str(min)}",
                spec.Name, Info(spec, value))
            : !options.TryGetValue("max", out var max) || max is null || Py.Compare(value, max) <= 0
            || Complain(id, "value_bigger_than_max", $"Value {Py.Str(value)} bigger than max of {Py.Str(max)}",
                spec.Name, Info(spec, value));
    }

    private bool CheckChoice(string id, InputSpec spec, object? value)
    {
        if (spec.ChoicesOn(catalog.Shelf) is not { } choices)
        {
            return true;
        }

        var picked = spec.Options?.GetValueOrDefault("multiselect") is true && value is PyList several ? several : [value];
        if (picked.TrueForAll(p => choices.Exists(c => Py.Equals(c, p))))
        {
            return true;
        }

        if (spec.TakesFiles && value is string file && File.Exists(folders.PathOfInput(file)))
        {
            return true;
        }

        // The video loaders look for the file themselves.
        if (spec.TakesFiles && GraphLinks.ClassOf(prompt, id).StartsWith("VHS_", StringComparison.Ordinal))
        {
            var complaint = $"{spec.Name} - Invalid {spec.Name} file: {Py.Str(value)}";
            return Complain(id, "custom_validation_failed", "Custom validation failed for node", complaint,
                new() { ["input_name"] = spec.Name });
        }

        var isLong = choices.Count > 20;
        var info = Info(spec, value);
        info["input_config"] = isLong ? null : info["input_config"];
        return Complain(id, "value_not_in_list", "Value not in list",
            $"{spec.Name}: '{Py.Str(value)}' not in {(isLong ? $"(list of length {choices.Count})" : Py.Repr(choices))}", info);
    }

    private PyDict Info(InputSpec spec, object? received) =>
        new() { ["input_name"] = spec.Name, ["input_config"] = Config(spec), ["received_value"] = received };

    private PyList Config(InputSpec spec) => [spec.TypeOn(catalog.Shelf), spec.OptionsOn(catalog.Shelf)];

    private bool Complain(string id, string type, string message, string details, PyDict info)
    {
        errors[id].Add(new() { ["type"] = type, ["message"] = message, ["details"] = details, ["extra_info"] = info });
        return false;
    }
}
