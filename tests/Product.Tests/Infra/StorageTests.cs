using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Tests.Infra;

/// <summary>The storage account, and the network before it.</summary>
public class StorageTests
{
    [Fact]
    public async Task It_takes_https_and_TLS_1_2_and_shows_nothing_to_everybody()
    {
        var storage = (await Plan.OfAsync(Plan.Defaults)).PropertiesOf("Microsoft.Storage/storageAccounts");
        Assert.True((bool)storage["supportsHttpsTrafficOnly"]!);
        Assert.Equal("TLS1_2", (string)storage["minimumTlsVersion"]!);
        Assert.False((bool)storage["allowBlobPublicAccess"]!);
        Assert.False((bool)storage["allowCrossTenantReplication"]!);
    }

    [Fact]
    public async Task Pages_fetch_files_by_their_links_the_console_of_the_app_above_all()
    {
        Assert.Equal([(await Plan.OfAsync(Plan.Defaults)).Settings["ComfyFunc__PublicUrl"]], await OriginsAsync(Plan.Defaults));
        var own = (string)(await Plan.OfAsync(Plan.Everything)).The("Microsoft.Web/sites")["name"]!;
        Assert.Equal(
            [$"https://{own}.azurewebsites.net", "https://comfy.example.com", "https://app.example.com", "https://other.example.com"],
            await OriginsAsync(Plan.Everything));
    }

    [Theory, InlineData(7), InlineData(14)]
    public async Task What_sweeps_have_left_goes_long_after_they_should_have_taken_it(int days)
    {
        var rules = (await Plan.OfAsync(days == 7 ? Plan.Defaults : Plan.Everything))
            .PropertiesOf("Microsoft.Storage/storageAccounts/managementPolicies")["policy"]!["rules"]!.AsArray();
        var container = new StorageOptions().Container;
        Assert.Equal(
            [($"{container}/runs/ {container}/batches/", days + 30), ($"{container}/uploads/", 15)],
            rules.Select(r => (string.Join(' ', r!["definition"]!["filters"]!["prefixMatch"]!.AsArray()),
                (int)r["definition"]!["actions"]!["baseBlob"]!["delete"]!["daysAfterModificationGreaterThan"]!)));
        Assert.StartsWith("runs/", RunBlobs.PrefixOf(new RunId("01M8")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_network_it_is_reached_by_links()
    {
        var plan = await Plan.OfAsync(Plan.Defaults);
        Assert.Equal("Enabled", (string)plan.PropertiesOf("Microsoft.Storage/storageAccounts")["publicNetworkAccess"]!);
        Assert.DoesNotContain("ComfyFunc__Links", plan.Settings.Keys);
        Assert.Empty(plan.Of("Microsoft.Network/privateEndpoints"));
    }

    [Fact]
    public async Task In_a_network_nobody_else_reaches_it_or_the_vault_and_the_app_hands_files_out()
    {
        var plan = await Plan.OfAsync(Plan.Everything);
        foreach (var type in new[] { "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults" })
        {
            Assert.Equal("Disabled", (string)plan.PropertiesOf(type)["publicNetworkAccess"]!);
            Assert.Equal("Deny", (string)plan.PropertiesOf(type)["networkAcls"]!["defaultAction"]!);
            Assert.Equal("None", (string)plan.PropertiesOf(type)["networkAcls"]!["bypass"]!);
        }

        Assert.Equal("Proxy", plan.Settings["ComfyFunc__Links"]);
        Assert.EndsWith("/subnets/app", (string)plan.PropertiesOf("Microsoft.Web/sites")["virtualNetworkSubnetId"]!,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_service_that_is_used_has_a_private_endpoint_and_a_zone()
    {
        var plan = await Plan.OfAsync(Plan.Everything);
        var connections = plan.Of("Microsoft.Network/privateEndpoints")
            .Select(e => e["properties"]!["privateLinkServiceConnections"]!.AsArray().Single()!["properties"]!).ToArray();
        Assert.Equal(["blob", "queue", "table", "vault"],
            connections.Select(c => (string)c["groupIds"]!.AsArray().Single()!).Order(StringComparer.Ordinal));
        var account = (string)plan.The("Microsoft.Storage/storageAccounts")["id"]!;
        Assert.Equal(3, connections.Count(c => (string)c["privateLinkServiceId"]! == account));
        Assert.Equal(4, plan.Of("Microsoft.Network/privateDnsZones").Count());
        Assert.Equal(4, plan.Of("Microsoft.Network/privateDnsZones/virtualNetworkLinks").Count());
        Assert.Equal(4, plan.Of("Microsoft.Network/privateEndpoints/privateDnsZoneGroups").Count());
    }

    [Fact]
    public async Task A_network_without_a_vault_has_endpoints_for_storage_alone()
    {
        var plan = await Plan.OfAsync(Plan.Network);
        Assert.Equal(3, plan.Of("Microsoft.Network/privateEndpoints").Count());
        Assert.Equal("Disabled", (string)plan.PropertiesOf("Microsoft.Storage/storageAccounts")["publicNetworkAccess"]!);
        Assert.Empty(plan.Of("Microsoft.KeyVault/vaults"));
        Assert.Empty(plan.Of("Microsoft.Network/natGateways"));
    }

    [Fact]
    public async Task A_vault_without_a_network_is_reached_by_its_roles()
    {
        var plan = await Plan.OfAsync(Plan.Least);
        Assert.Equal("Enabled", (string)plan.PropertiesOf("Microsoft.KeyVault/vaults")["publicNetworkAccess"]!);
        Assert.True((bool)plan.PropertiesOf("Microsoft.KeyVault/vaults")["enablePurgeProtection"]!);
    }

    [Fact]
    public async Task Only_the_app_reaches_GPU_hosts()
    {
        var plan = await Plan.OfAsync(Plan.Everything);
        var subnets = plan.PropertiesOf("Microsoft.Network/virtualNetworks")["subnets"]!.AsArray()
            .ToDictionary(s => (string)s!["name"]!, s => s!["properties"]!);
        Assert.Equal(["app", "endpoints", "hosts"], subnets.Keys);
        Assert.Equal("Microsoft.App/environments",
            (string)subnets["app"]["delegations"]!.AsArray().Single()!["properties"]!["serviceName"]!);
        var rules = plan.PropertiesOf("Microsoft.Network/networkSecurityGroups")["securityRules"]!.AsArray().Select(r => r!["properties"]!);
        Assert.Equal([("Allow", (string)subnets["app"]["addressPrefix"]!), ("Deny", "*")],
            rules.Where(r => (string)r["direction"]! == "Inbound").OrderBy(r => (int)r["priority"]!)
                .Select(r => ((string)r["access"]!, (string)r["sourceAddressPrefix"]!)));
        Assert.NotNull(subnets["hosts"]["networkSecurityGroup"]);
        Assert.NotNull(subnets["hosts"]["natGateway"]);
    }

    private static async Task<IEnumerable<string>> OriginsAsync(Dictionary<string, string> environment) =>
        (await Plan.OfAsync(environment)).PropertiesOf("Microsoft.Storage/storageAccounts/blobServices")["cors"]!["corsRules"]!
            .AsArray().Single()!["allowedOrigins"]!.AsArray().Select(o => (string)o!);
}
