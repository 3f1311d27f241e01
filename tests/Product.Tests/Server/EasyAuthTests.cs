using System.Text;
using System.Text.Json;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

public class EasyAuthTests
{
    [Fact]
    public void An_application_is_a_client_by_its_id() =>
        Assert.Equal(new Caller("app-7", Role.Run), CallerOf(("azp", "app-7"), ("oid", "principal-3"), ("roles", "ComfyFunc.Run")));

    [Fact]
    public void A_user_is_a_client_of_their_own() =>
        Assert.Equal(new Caller("user-1", Role.Admin),
            CallerOf(("azp", "front-end"), ("scp", "access"), ("oid", "user-1"), ("roles", "ComfyFunc.Run"), ("roles", "ComfyFunc.Admin")));

    [Fact]
    public void Nobody_has_a_role_without_being_given_one() =>
        Assert.Equal(Role.None, CallerOf(("azp", "app-7"), ("roles", "Other.Admin"))!.Role);

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("e30=")]
    [InlineData("eyJjbGFpbXMiOlt7InR5cCI6MX1dfQ==")]
    public void What_is_no_principal_is_nobody(string header) => Assert.Null(CallerOf(header));

    private static Caller? CallerOf(params (string Type, string Value)[] claims) =>
        CallerOf(Convert.ToBase64String(
            Encoding.UTF8.GetBytes(
                JsonSerializer.Serialize(new { auth_typ = "aad", claims = claims.Select(c => new { typ = c.Type, val = c.Value }) }))));

    private static Caller? CallerOf(string header)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["X-MS-CLIENT-PRINCIPAL"] = header;
        return EasyAuth.CallerOf(context.Request);
    }
}
