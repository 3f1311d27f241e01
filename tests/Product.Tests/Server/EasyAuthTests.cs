using System.Text;
using System.Text.Json;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

public class EasyAuthTests
{
    private const string ObjectId = "http://schemas.microsoft.com/identity/claims/objectidentifier";

    [Fact]
    public void An_application_is_a_client_by_its_id() =>
        Assert.Equal(new Caller("app-7", Role.Run), CallerOf(("azp", "app-7"), ("oid", "principal-3"), ("roles", "ComfyFunc.Run")));

    [Fact]
    public void A_user_is_a_client_of_their_own() =>
        Assert.Equal(new Caller("user-1", Role.Admin),
            CallerOf(("azp", "front-end"), ("scp", "access"), ("oid", "user-1"), ("roles", "ComfyFunc.Run"), ("roles", "ComfyFunc.Admin")));

    [Theory]
    [InlineData("appid", "scp", "front-end")]
    [InlineData("oid", "scp", "user-1")]
    [InlineData(ObjectId, "scp", "user-1")]
    [InlineData(ObjectId, "http://schemas.microsoft.com/identity/claims/scope", "user-1")]
    public void A_claim_has_the_names_of_both_versions_of_a_token(string claim, string scope, string client)
    {
        (string, string)[] claims = [("azp", "front-end"), (scope, "access"), (claim, client)];
        Assert.Equal(client, CallerOf(claim == "appid" ? claims[2..] : claims)!.Client);
    }

    [Theory]
    [InlineData("roles", "ComfyFunc.Host", Role.Host)]
    [InlineData("roles", "ComfyFunc.Run", Role.Run)]
    [InlineData("roles", "ComfyFunc.Author", Role.Author)]
    [InlineData("http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "ComfyFunc.Admin", Role.Admin)]
    public void A_role_is_one_of_the_app_s(string claim, string value, Role role) =>
        Assert.Equal(role, CallerOf(("azp", "app-7"), (claim, value))!.Role);

    [Fact]
    public void Without_an_id_it_is_nobody() => Assert.Null(CallerOf(("roles", "ComfyFunc.Admin")));

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
