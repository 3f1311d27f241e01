namespace ComfyFunc.Tests;

/// <summary>Where tests keep what outlives a run, and what does not.</summary>
internal static class TestFolders
{
    /// <summary>Kept between runs and ignored by git, in the repository that the tests were built in.</summary>
    public static string Tools => Path.Combine(Root, ".tools");

    public static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "ComfyFunc.sln")))
                {
                    return folder.FullName;
                }
            }

            return AppContext.BaseDirectory;
        }
    }
}

/// <summary>A new folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("comfyfunc-test-").FullName;

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
