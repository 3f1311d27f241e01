using ComfyFunc.Engine;

namespace ComfyFunc.Tests.Engine;

public class PurityTests
{
    [Fact]
    public void Engine_references_no_package() =>
        Assert.All(typeof(RunId).Assembly.GetReferencedAssemblies(), r => Assert.StartsWith("System", r.Name, StringComparison.Ordinal));
}
