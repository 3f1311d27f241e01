using ComfyFunc.Server.Api;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

/// <summary>Who may do what, endpoint by endpoint.</summary>
public class PermissionsTests
{
    private static readonly Dictionary<string, Role> Needed = new(StringComparer.Ordinal)
    {
        ["ListWorkflows"] = Role.Run,
        ["PutWorkflow"] = Role.Author,
        ["GetWorkflow"] = Role.Run,
        ["DeleteWorkflow"] = Role.Author,
        ["ListVersions"] = Role.Run,
        ["GetVersion"] = Role.Run,
        ["PutAlias"] = Role.Author,
        ["DeleteAlias"] = Role.Author,
        ["RollbackAlias"] = Role.Author,
        ["Convert"] = Role.Author,
        ["RunWorkflow"] = Role.Run,
        ["RunWorkflowVersion"] = Role.Run,
        ["RetryRun"] = Role.Run,
        ["ListRuns"] = Role.Run,
        ["GetRun"] = Role.Run,
        ["DeleteRun"] = Role.Run,
        ["GetRunStatus"] = Role.Run,
        ["FollowRun"] = Role.Run,
        ["CancelRun"] = Role.Run,
        ["FollowAll"] = Role.Run,
        ["GetRunByLink"] = Role.None,
        ["GetRunStatusByLink"] = Role.None,
        ["CancelRunByLink"] = Role.None,
        ["GetRunOutputByLink"] = Role.None,
        ["GetRunOutputs"] = Role.Run,
        ["GetRunOutput"] = Role.Run,
        ["RunBatch"] = Role.Run,
        ["RunVersionBatch"] = Role.Run,
        ["ListBatches"] = Role.Run,
        ["GetBatch"] = Role.Run,
        ["CancelBatch"] = Role.Run,
        ["GetBatchTable"] = Role.Run,
        ["GetBatchOutputs"] = Role.Run,
        ["CreateUpload"] = Role.Run,
        ["GetFile"] = Role.None,
        ["PutFile"] = Role.None,
        ["ListHosts"] = Role.Admin,
        ["GetHost"] = Role.Admin,
        ["PutHost"] = Role.Admin,
        ["DeleteHost"] = Role.Admin,
        ["DrainHost"] = Role.Admin,
        ["ResumeHost"] = Role.Admin,
        ["HostHeartbeat"] = Role.Host,
        ["HostEvents"] = Role.Host,
        ["GetPool"] = Role.Admin,
        ["GetQueue"] = Role.Run,
        ["PauseQueue"] = Role.Admin,
        ["ResumeQueue"] = Role.Admin,
        ["ListWebhooks"] = Role.Admin,
        ["GetWebhook"] = Role.Admin,
        ["PutWebhook"] = Role.Admin,
        ["DeleteWebhook"] = Role.Admin,
        ["GetWebhookSecret"] = Role.Admin,
        ["RotateWebhookSecret"] = Role.Admin,
        ["ListDeliveries"] = Role.Run,
        ["Redeliver"] = Role.Run,
        ["ListWebhookDeliveries"] = Role.Admin,
        ["ListKeys"] = Role.Admin,
        ["CreateKey"] = Role.Admin,
        ["DeleteKey"] = Role.Admin,
        ["GetUsage"] = Role.Run,
        ["GetMe"] = Role.Run,
        ["GetSettings"] = Role.Admin,
        ["ShowStart"] = Role.None,
        ["ShowApi"] = Role.None,
        ["ShowConsole"] = Role.None,
        ["GetStats"] = Role.Run,
        ["Describe"] = Role.Run,
        ["DescribeWorkflow"] = Role.Run,
        ["ShowDocs"] = Role.None,
        ["GetDocsScript"] = Role.None,
        ["Health"] = Role.None,
        ["Ready"] = Role.None,
        ["ReadyDetails"] = Role.Admin,
    };

    [Fact]
    public void Every_endpoint_takes_the_role_that_it_should() => Assert.Equal(
        Needed.Select(n => $"{n.Key} {n.Value}").Order(StringComparer.Ordinal),
        RouteTable.All.Select(r => $"{r.Name} {r.Role}").Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("GetWebhookSecret", "default", Role.Run)]
    [InlineData("RotateWebhookSecret", "DEFAULT", Role.Run)]
    [InlineData("GetWebhookSecret", "other", Role.Admin)]
    [InlineData("PutWebhook", "default-x", Role.Admin)]
    public void The_secret_of_a_client_s_own_webhook_is_the_client_s(string name, string id, Role needed)
    {
        var request = new DefaultHttpContext().Request;
        request.RouteValues["id"] = id;

        Assert.Equal(needed, RouteTable.ByName[name].RoleOf!(request));
    }

    [Fact]
    public void Only_of_webhooks_does_the_role_depend_on_which_it_is() =>
        Assert.Equal(["DeleteWebhook", "GetWebhook", "GetWebhookSecret", "ListWebhookDeliveries", "PutWebhook", "RotateWebhookSecret"],
            RouteTable.All.Where(r => r.RoleOf is not null).Select(r => r.Name).Order(StringComparer.Ordinal));
}
