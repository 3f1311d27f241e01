namespace ComfyFunc.Tests;

public class SkeletonTests
{
    [Fact]
    public void Engine_references_no_package()
    {
        var references = System.Reflection.Assembly.Load("ComfyFunc.Engine").GetReferencedAssemblies();
        Assert.All(references, r => Assert.StartsWith("System", r.Name, StringComparison.Ordinal));
    }
}
