using ComfyFunc.Server.Api;
using ComfyFunc.Server.Callers;

namespace ComfyFunc.Tests.Server;

public class PermissionsTests
{
    [Fact]
    public void Every_endpoint_takes_the_role_that_it_should()
    {
        var roles = RouteTable.All.GroupBy(r => Permissions.Needed(r.Verb, $"/api/{r.Pattern}"))
            .ToDictionary(g => g.Key, g => g.Select(r => $"{r.Verb} {r.Pattern}").Order(StringComparer.Ordinal));

        Assert.Equal(["GET docs", "GET docs/scalar.js", "GET health", "GET links/runs/{id}", "GET links/runs/{id}/status", "GET ready",
            "POST links/runs/{id}/cancel"], roles[Role.None]);
        Assert.Equal(
            ["DELETE workflows/{name}", "DELETE workflows/{name}/aliases/{alias}", "POST workflows/{name}/aliases/{alias}/rollback",
                "PUT workflows/{name}", "PUT workflows/{name}/aliases/{alias}"],
            roles[Role.Author]);
        Assert.All(roles[Role.Run], r => Assert.Matches("^(GET|POST) workflows|runs|batches|uploads|openapi|usage", r));
        Assert.All(roles[Role.Admin], r => Assert.Matches(" (hosts|pool|keys|webhooks|ready/details)", r));
    }

    [Theory]
    [InlineData("GET", "/api/webhooks/default/secret", Role.Run)]
    [InlineData("POST", "/API/WEBHOOKS/DEFAULT/rotate", Role.Run)]
    [InlineData("GET", "/api/webhooks/other/secret", Role.Admin)]
    [InlineData("DELETE", "/api/Workflows/x", Role.Author)]
    [InlineData("GET", "/elsewhere", Role.Admin)]
    public void Paths_are_told_in_any_case(string verb, string path, Role needed) => Assert.Equal(needed, Permissions.Needed(verb, path));
}
