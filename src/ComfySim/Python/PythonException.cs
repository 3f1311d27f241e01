namespace ComfyFunc.ComfySim.Python;

/// <summary>An exception as ComfyUI would have raised it: a Python type name and the text of <c>str(ex)</c>.</summary>
internal sealed class PythonException(string type, string message) : Exception(message)
{
    public string Type { get; } = type;

    public static PythonException TypeError(string message) => new("TypeError", message);

    public static PythonException ValueError(string message) => new("ValueError", message);

    public static PythonException KeyError(object? key) => new("KeyError", Py.Repr(key));

    public static PythonException AttributeError(object? value, string attribute) =>
        new("AttributeError", $"'{Py.TypeName(value)}' object has no attribute '{attribute}'");
}
