namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Short forms for declaring inputs.</summary>
internal static class In
{
    public static InputSpec Link(string name, string type, string? tooltip = null) => new(name, type, Options(tooltip));

    /// <summary>A link as the newer node classes declare it: always with options.</summary>
    public static InputSpec Link3(string name, string type, string? tooltip = null) => new(name, type, Options(tooltip) ?? []);

    public static InputSpec Int(
        string name, object? @default, object? min = null, object? max = null, int? step = null, string? tooltip = null,
        bool randomize = false, string? display = null) =>
        new(name, "INT", Options(
            tooltip, ("default", @default), ("min", min), ("max", max), ("step", step), ("control_after_generate", randomize ? true : null),
            ("display", display)));

    public static InputSpec Float(
        string name, double? @default, object? min = null, object? max = null, double? step = null, string? tooltip = null,
        double? round = null) =>
        new(name, "FLOAT", Options(tooltip, ("default", @default), ("min", min), ("max", max), ("step", step), ("round", round)));

    public static InputSpec Text(string name, string? @default = null, bool? multiline = null, string? tooltip = null,
        bool? dynamicPrompts = null) =>
        new(name, "STRING", Options(tooltip, ("default", @default), ("multiline", multiline), ("dynamicPrompts", dynamicPrompts)) ?? []);

    public static InputSpec Bool(string name, bool? @default = null) => new(name, "BOOLEAN", Options(null, ("default", @default)) ?? []);

    public static InputSpec Choice(string name, params string[] choices) => new(name, "COMBO", null, _ => choices);

    public static InputSpec Choice(string name, string[] choices, string? tooltip, bool advanced = false) =>
        new(name, "COMBO", Options(tooltip, ("default", advanced ? choices[0] : null), ("advanced", advanced ? true : null)), _ => choices);

    public static InputSpec Choice3(string name, string[] choices, string? @default = null, string? tooltip = null) =>
        new(name, "COMBO", Options(tooltip, ("default", @default), ("multiselect", false)), _ => choices, IsNewStyle: true);

    /// <summary>A combo of the files in one model folder.</summary>
    public static InputSpec Model(string name, string folder, string? tooltip = null, bool newStyle = false) =>
        new(name, "COMBO", newStyle ? Options(tooltip, ("multiselect", false)) : Options(tooltip), s => s.Files(folder), newStyle);

    /// <summary>A combo of the files in the input directory, with the flag that makes the front end offer an upload.</summary>
    public static InputSpec InputFile(string name, string uploadFlag, bool newStyle = false) =>
        new(name, "COMBO", newStyle ? Options(null, ("multiselect", false), (uploadFlag, true)) : Options(null, (uploadFlag, true)),
            s => s.InputFiles(), newStyle);

    private static PyDict? Options(string? tooltip, params ReadOnlySpan<(string Key, object? Value)> options)
    {
        var map = new PyDict();
        foreach (var (key, value) in options)
        {
            if (value is not null)
            {
                map[key] = value;
            }
        }

        if (tooltip is not null)
        {
            map["tooltip"] = tooltip;
        }

        return map.Count == 0 ? null : map;
    }
}
