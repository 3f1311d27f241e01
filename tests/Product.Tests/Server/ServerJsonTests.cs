using ComfyFunc.Server.Kit;

namespace ComfyFunc.Tests.Server;

public class ServerJsonTests
{
    [Fact]
    public void The_first_answers_of_a_process_find_it_complete() => Assert.True(ServerJson.Options.IsReadOnly);
}
