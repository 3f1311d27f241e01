using ComfyFunc.ComfySim.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>ComfyUI's <c>get_save_image_path</c>: a file's number is one more than the highest of its prefix in its folder.</summary>
public sealed class FileCountersTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("counters-");
    private readonly FileCounters counters = new();

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Numbers_go_on_from_the_highest_and_are_of_one_prefix()
    {
        File.WriteAllText(PathOf("a_00007_.png"), "");
        Assert.Equal((8, 1), (counters.Next(folder.FullName, "a"), counters.Next(folder.FullName, "b")));
        Write("a", 8);
        Write("b", 1);
        Assert.Equal((9, 2), (counters.Next(folder.FullName, "a"), counters.Next(folder.FullName, "b")));
    }

    [Fact]
    public void What_somebody_else_writes_or_deletes_counts()
    {
        Write("a", 1);
        File.WriteAllText(PathOf("a_00041_.png"), "");
        Directory.SetLastWriteTimeUtc(folder.FullName, DateTime.UtcNow.AddMinutes(1)); // A file system's clock is coarse.
        Assert.Equal(42, counters.Next(folder.FullName, "a"));
        Write("a", 42);
        File.Delete(PathOf("a_00041_.png"));
        File.Delete(PathOf("a_00042_.png"));
        Directory.SetLastWriteTimeUtc(folder.FullName, DateTime.UtcNow.AddMinutes(2));
        Assert.Equal(2, counters.Next(folder.FullName, "a"));
    }

    private void Write(string stem, int number)
    {
        File.WriteAllText(PathOf($"{stem}_{number:00000}_.png"), "");
        counters.Wrote(folder.FullName, stem, number);
    }

    private string PathOf(string name) => Path.Combine(folder.FullName, name);
}
