using ComfyFunc.Server.Settings;

namespace ComfyFunc.Tests.Server;

public class RoleTests
{
    [Theory]
    [InlineData(Role.None, "None")]
    [InlineData(Role.Host, "None Host")]
    [InlineData(Role.Run, "None Run")]
    [InlineData(Role.Author, "None Host Run Author")]
    [InlineData(Role.Admin, "None Host Run Author Admin")]
    public void A_role_suffices_for_what_it_is_given_for(Role role, string may) =>
        Assert.Equal(may.Split(' '), Enum.GetValues<Role>().Where(needed => role.May(needed)).Select(r => r.ToString()));
}
