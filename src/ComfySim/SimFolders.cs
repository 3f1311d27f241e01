using ComfyFunc.ComfySim.Nodes;

namespace ComfyFunc.ComfySim;

/// <summary>The working directories of one host, and how ComfyUI finds a file in them.</summary>
internal sealed class SimFolders
{
    public SimFolders(string root)
    {
        Root = Path.GetFullPath(root);
        foreach (var folder in new[] { Input, Output, Temp, User })
        {
            Directory.CreateDirectory(folder);
        }
    }

    public string Root { get; }

    public string Input => Path.Combine(Root, "input");

    public string Output => Path.Combine(Root, "output");

    public string Temp => Path.Combine(Root, "temp");

    public string User => Path.Combine(Root, "user", "default");

    /// <summary>The numbers of the files that nodes write.</summary>
    public FileCounters Counters { get; } = new();

    public string? OfType(string? type) => type switch
    {
        "input" => Input,
        "output" => Output,
        "temp" => Temp,
        _ => null,
    };

    /// <summary>Splits <c>name [temp]</c> into the name and the directory; no annotation leaves the directory open.</summary>
    public (string Name, string? Directory) Annotated(string name) => name switch
    {
        _ when name.EndsWith("[output]", StringComparison.Ordinal) => (name[..^9.AtMost(name)], Output),
        _ when name.EndsWith("[input]", StringComparison.Ordinal) => (name[..^8.AtMost(name)], Input),
        _ when name.EndsWith("[temp]", StringComparison.Ordinal) => (name[..^7.AtMost(name)], Temp),
        _ => (name, null),
    };

    /// <returns>The path that a LoadImage value names, whether or not it exists.</returns>
    public string PathOfInput(string name)
    {
        var (file, directory) = Annotated(name);
        return Path.Combine(directory ?? Input, file);
    }

    public IEnumerable<string> InputFiles() =>
        Directory.EnumerateFiles(Input).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    public IReadOnlyList<string> AllInputFiles() =>
    [
        .. Directory.EnumerateFiles(Input, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Input, f).Replace(Path.DirectorySeparatorChar, '/')).Order(StringComparer.Ordinal),
    ];

    public void ClearInput(string below)
    {
        var folder = Path.GetFullPath(Path.Combine(Input, below));
        if (!IsInside(Input, folder) || !Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToList())
        {
            File.Delete(file);
        }
    }

    /// <summary>
    /// Writes a file that is whole whenever anybody sees it: ComfyUI writes what it is sent in one go of the one thread that also answers.
    /// </summary>
    public void Write(string path, byte[] bytes)
    {
        var written = Path.Combine(Root, $"written-{Guid.NewGuid():N}");
        File.WriteAllBytes(written, bytes);
        try
        {
            File.Move(written, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(written);
            throw;
        }
    }

    /// <summary>What a process start does to the temporary files.</summary>
    public void WipeTemp()
    {
        Directory.Delete(Temp, recursive: true);
        Directory.CreateDirectory(Temp);
    }

    public static bool IsInside(string directory, string path)
    {
        var full = Path.GetFullPath(path);
        return full == directory || full.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}

file static class Lengths
{
    public static int AtMost(this int length, string text) => Math.Min(length, text.Length);
}
