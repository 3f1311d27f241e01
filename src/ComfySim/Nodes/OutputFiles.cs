namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Names and writes the files of output nodes: a prefix, and a counter that goes on from what is on disk.</summary>
internal static class OutputFiles
{
    public static PyDict Save(NodeContext c, string prefix, string extension, int width, int height, Action<string> write) =>
        Write(c.Folders, c.Folders.Output, "output", Expand(prefix, width, height), extension, write);

    public static PyDict SaveTemp(NodeContext c, string extension, Action<string> write) =>
        Write(c.Folders, c.Folders.Temp, "temp", $"ComfyUI_temp_{c.TempLetters()}", extension, write);

    private static PyDict Write(SimFolders folders, string root, string type, string prefix, string extension, Action<string> write)
    {
        var subfolder = Path.GetDirectoryName(prefix) ?? "";
        var folder = Path.GetFullPath(Path.Combine(root, subfolder));
        if (!SimFolders.IsInside(root, folder))
        {
            throw new Python.PythonException("Exception",
                $"**** ERROR: Saving image outside the output folder is not allowed.\n full_output_folder: {folder}\n         "
                    + $"output_dir: {root}\n");
        }

        Directory.CreateDirectory(folder);
        var stem = Path.GetFileName(prefix);
        var next = folders.Counters.Next(folder, stem);
        var name = $"{stem}_{next:00000}_{extension}";
        write(Path.Combine(folder, name));
        folders.Counters.Wrote(folder, stem, next);
        return new() { ["filename"] = name, ["subfolder"] = subfolder, ["type"] = type };
    }

    private static string Expand(string prefix, int width, int height)
    {
        var now = DateTime.Now;
        return prefix
            .Replace("%width%", $"{width}", StringComparison.Ordinal).Replace("%height%", $"{height}", StringComparison.Ordinal)
            .Replace("%year%", $"{now:yyyy}", StringComparison.Ordinal).Replace("%month%", $"{now:MM}", StringComparison.Ordinal)
            .Replace("%day%", $"{now:dd}", StringComparison.Ordinal)
            .Replace("%hour%", $"{now:HH}", StringComparison.Ordinal).Replace("%minute%", $"{now:mm}", StringComparison.Ordinal)
            .Replace("%second%", $"{now:ss}", StringComparison.Ordinal);
    }
}
