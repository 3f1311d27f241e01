namespace ComfyFunc.Engine.Workflows;

/// <summary>Compares names of files as hosts spell them: on Windows with <c>\</c>, elsewhere with <c>/</c>.</summary>
internal static class Spelling
{
    private const string InputFolder = " [input]";

    /// <summary>The same for every spelling of one name.</summary>
    public static string Normal(string name) => name.Replace('\\', '/');

    /// <summary>The same, for the name of a file in the input folder, which may say so.</summary>
    public static string NormalUpload(string name) =>
        Normal(name.EndsWith(InputFolder, StringComparison.Ordinal) ? name[..^InputFolder.Length] : name);

    /// <summary>Whether a loader of the input folder would list the file: it lists no folders below, and no other folder's.</summary>
    public static bool IsListable(string upload) =>
        NormalUpload(upload) is var name && !name.Contains('/', StringComparison.Ordinal) && !name.EndsWith(']');
}
