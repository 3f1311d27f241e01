namespace ComfyFunc.Tests.Infra;

/// <summary>Who may do what: one identity, these roles on these resources, and no keys beside them.</summary>
public class AccessTests
{
    private const string BlobDataOwner = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
    private const string QueueDataContributor = "974c5e8b-45b9-4653-ba55-5f855dd0fb88";
    private const string TableDataContributor = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";
    private const string MetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";
    private const string KeyVaultSecretsUser = "4633458b-17de-408a-b874-0445c86b69e6";
    private const string EventGridDataSender = "d5a91429-5739-47e2-a06b-3470a27159e7";
    private const string DurableTaskDataContributor = "0ad04412-c4d5-4796-b79c-f76d14c8d402";

    [Fact]
    public async Task The_identity_has_four_roles() => Assert.Equal(
        [
            ("Microsoft.Insights/components", MetricsPublisher),
            ("Microsoft.Storage/storageAccounts", TableDataContributor),
            ("Microsoft.Storage/storageAccounts", QueueDataContributor),
            ("Microsoft.Storage/storageAccounts", BlobDataOwner),
        ],
        RolesOf(await Plan.OfAsync(Plan.Defaults)));

    [Fact]
    public async Task What_else_is_chosen_brings_one_role_each_on_that_resource_alone() => Assert.Equal(
        [
            ("Microsoft.DurableTask/schedulers/taskHubs", DurableTaskDataContributor),
            ("Microsoft.EventGrid/topics", EventGridDataSender),
            ("Microsoft.Insights/components", MetricsPublisher),
            ("Microsoft.KeyVault/vaults", KeyVaultSecretsUser),
            // A scheduler needs no queues of storage.
            ("Microsoft.Storage/storageAccounts", TableDataContributor),
            ("Microsoft.Storage/storageAccounts", BlobDataOwner),
        ],
        RolesOf(await Plan.OfAsync(Plan.Everything)));

    [Theory, InlineData(false), InlineData(true)]
    public async Task All_roles_are_of_the_one_identity_that_the_app_has(bool everything)
    {
        var plan = await PlanAsync(everything);
        var identity = (string)plan.The("Microsoft.ManagedIdentity/userAssignedIdentities")["id"]!;
        Assert.All(plan.Of("Microsoft.Authorization/roleAssignments"), r =>
        {
            Assert.Equal($"[reference('{identity}', '2024-11-30').principalId]", (string)r["properties"]!["principalId"]!);
            Assert.Equal("ServicePrincipal", (string)r["properties"]!["principalType"]!);
        });
        var app = plan.The("Microsoft.Web/sites");
        Assert.Equal("UserAssigned", (string)app["identity"]!["type"]!);
        Assert.Equal([identity], app["identity"]!["userAssignedIdentities"]!.AsObject().Select(i => i.Key));
        var authentication = app["properties"]!["functionAppConfig"]!["deployment"]!["storage"]!["authentication"]!;
        Assert.Equal(("UserAssignedIdentity", identity),
            ((string)authentication["type"]!, (string)authentication["userAssignedIdentityResourceId"]!));
        Assert.Equal(identity, (string)app["properties"]!["keyVaultReferenceIdentity"]!);
        var clientId = $"[reference('{identity}', '2024-11-30').clientId]";
        foreach (var name in new[] { "AzureWebJobsStorage__clientId", "Storage__ManagedIdentityClientId", "AZURE_CLIENT_ID" })
        {
            Assert.Equal(clientId, plan.Settings[name]);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Whatever_takes_keys_has_that_switched_off(bool everything)
    {
        var plan = await PlanAsync(everything);
        Assert.False((bool)plan.PropertiesOf("Microsoft.Storage/storageAccounts")["allowSharedKeyAccess"]!);
        Assert.True((bool)plan.PropertiesOf("Microsoft.Insights/components")["DisableLocalAuth"]!);
        Assert.True((bool)plan.PropertiesOf("Microsoft.OperationalInsights/workspaces")["features"]!["disableLocalAuth"]!);
        Assert.All(plan.Of("Microsoft.EventGrid/topics"), t => Assert.True((bool)t["properties"]!["disableLocalAuth"]!));
        Assert.All(plan.Of("Microsoft.KeyVault/vaults"), v => Assert.True((bool)v["properties"]!["enableRbacAuthorization"]!));
        Assert.Equal(["ftp False", "scm False"], plan.Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
            .Select(p => $"{((string)p["name"]!).Split('/')[1]} {(bool)p["properties"]!["allow"]!}").Order(StringComparer.Ordinal));
        Assert.Equal("Disabled", (string)plan.PropertiesOf("Microsoft.Web/sites")["siteConfig"]!["ftpsState"]!);
    }

    private static Task<Plan> PlanAsync(bool everything) => Plan.OfAsync(everything ? Plan.Everything : Plan.Defaults);

    private static IEnumerable<(string On, string Role)> RolesOf(Plan plan) =>
        from assignment in plan.Of("Microsoft.Authorization/roleAssignments")
        let id = ((string)assignment["id"]!).Split("/providers/")
        let scope = id[^2].Split('/')
        let type = string.Join('/', scope.Where((_, i) => i % 2 == 1 || i == 0))
        let role = ((string)assignment["properties"]!["roleDefinitionId"]!).Split('/')[^1]
        orderby type, role
        select (type, role);
}
