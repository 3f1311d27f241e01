using ComfyFunc.Tests.Clients;

namespace ComfyFunc.Tests.Pack;

/// <summary>The Python side of the ComfyUI pack: its own tests, against a server shaped like ComfyUI's.</summary>
public class PythonTests
{
    private static readonly string Folder = Path.Combine(TestFolders.Root, "tests", "Pack", "python");

    public static TheoryData<string> Modules() =>
        [.. Directory.EnumerateFiles(Folder, "test_*.py").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Modules))]
    public async Task Every_test_of_the_module_passes(string module) =>
        await Tool.RunAsync(await Python.PathAsync(), Folder, ["-W", "ignore::DeprecationWarning", "-m", "unittest", module],
            ("PYTHONDONTWRITEBYTECODE", "1"));
}
