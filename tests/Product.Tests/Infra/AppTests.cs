using System.Text.Json.Nodes;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Tests.Infra;

/// <summary>What the app is set to.</summary>
public class AppTests
{
    // What the platform, its libraries and OpenTelemetry read. Everything else must be the product's.
    private static readonly string[] PlatformSettings =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING", "AZURE_CLIENT_ID",
        "AzureWebJobsDisableHomepage", "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__clientId",
        "AzureWebJobsStorage__credential", "DURABLE_TASK_SCHEDULER_CONNECTION_STRING", "TASKHUB_NAME",
    ];

    [Theory, InlineData(false), InlineData(true)]
    public async Task Each_setting_is_the_platforms_or_one_that_the_product_takes_as_it_is(bool everything)
    {
        var plan = await PlanAsync(everything);
        var own = plan.Settings.Where(s => !PlatformSettings.Contains(s.Key)).ToDictionary(
            s => s.Key.Replace("__", ":", StringComparison.Ordinal), s => (string?)AtRuntime(s.Key, s.Value));
        Assert.All(own.Keys, k => Assert.Matches($"^({ComfyFuncOptions.Section}|{SettingsReader.StorageSection}):", k));
        SettingsReader.Demand(new ConfigurationBuilder().AddInMemoryCollection(own).Build());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task No_setting_is_one_that_Flex_Consumption_refuses(bool everything) => Assert.DoesNotContain(
        (await PlanAsync(everything)).Settings.Keys,
        k => k.StartsWith("FUNCTIONS_", StringComparison.Ordinal) || k.StartsWith("WEBSITE_", StringComparison.Ordinal)
            || k is "AzureWebJobsStorage" or "AzureWebJobsDashboard");

    [Theory, InlineData(false), InlineData(true)]
    public async Task No_value_is_a_secret(bool everything)
    {
        var plan = await PlanAsync(everything);
        Assert.All(plan.Texts, t => Assert.DoesNotMatch("(?i)AccountKey=|SharedAccess|sig=|Password=", t.Text));
        // The only one of Azure's connection strings: it names where to send, and local authentication is off there.
        var strings = plan.Settings.Where(s => s.Value.Contains("onnectionString", StringComparison.Ordinal)).Select(s => s.Key);
        Assert.Equal(["APPLICATIONINSIGHTS_CONNECTION_STRING"], strings);
        Assert.StartsWith("[format('Authorization=AAD;ClientId=", plan.Settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"],
            StringComparison.Ordinal);
        if (everything)
        {
            Assert.Contains("Authentication=ManagedIdentity;ClientID=", plan.Settings["DURABLE_TASK_SCHEDULER_CONNECTION_STRING"],
                StringComparison.Ordinal);
            Assert.Matches(@"^@Microsoft\.KeyVault\(VaultName=kv-\w+;SecretName=secrets-key\)$", plan.Settings["ComfyFunc__SecretsKey"]);
        }
    }

    [Fact]
    public async Task The_host_and_the_product_use_the_one_account_by_name()
    {
        var plan = await Plan.OfAsync(Plan.Defaults);
        var account = (string)plan.The("Microsoft.Storage/storageAccounts")["name"]!;
        Assert.Equal((account, "managedidentity", account), (plan.Settings["AzureWebJobsStorage__accountName"],
            plan.Settings["AzureWebJobsStorage__credential"], plan.Settings["Storage__AccountName"]));
    }

    [Fact]
    public async Task Links_are_made_from_its_own_name_or_from_the_one_that_is_given()
    {
        var plan = await Plan.OfAsync(Plan.Defaults);
        Assert.Equal($"https://{plan.The("Microsoft.Web/sites")["name"]}.azurewebsites.net", plan.Settings["ComfyFunc__PublicUrl"]);
        Assert.Equal("https://comfy.example.com", (await Plan.OfAsync(Plan.Everything)).Settings["ComfyFunc__PublicUrl"]);
    }

    [Fact]
    public async Task It_takes_https_and_TLS_1_2_and_nothing_older()
    {
        var app = (await Plan.OfAsync(Plan.Defaults)).PropertiesOf("Microsoft.Web/sites");
        Assert.True((bool)app["httpsOnly"]!);
        Assert.Equal(("1.2", "1.2"), ((string)app["siteConfig"]!["minTlsVersion"]!, (string)app["siteConfig"]!["scmMinTlsVersion"]!));
    }

    [Fact]
    public async Task It_is_an_isolated_worker_of_this_release_on_Flex_Consumption()
    {
        var plan = await Plan.OfAsync(Plan.Defaults);
        Assert.Equal("FC1", (string)plan.The("Microsoft.Web/serverfarms")["sku"]!["name"]!);
        var runtime = plan.PropertiesOf("Microsoft.Web/sites")["functionAppConfig"]!["runtime"]!;
        Assert.Equal(("dotnet-isolated", Environment.Version.ToString(2)), ((string)runtime["name"]!, (string)runtime["version"]!));
        Assert.Equal("api", (string)plan.The("Microsoft.Web/sites")["tags"]!["azd-service-name"]!);
    }

    [Fact]
    public async Task Calls_and_listeners_have_instances_that_stay_unless_none_are_wanted()
    {
        Assert.Equal("http 1, durable 1", GroupsOf(await Plan.OfAsync(Plan.Defaults)));
        Assert.Equal("durable 1", GroupsOf(await Plan.OfAsync(Plan.Network)));
        Assert.Equal("http 3, durable 2", GroupsOf(await Plan.OfAsync(Plan.Everything)));
        Assert.Equal("", GroupsOf(await Plan.OfAsync(Plan.Least)));
    }

    [Fact]
    public async Task One_instance_holds_many_calls_that_wait_and_a_release_replaces_instances_one_by_one()
    {
        var plan = await Plan.OfAsync(Plan.Defaults);
        Assert.Equal(100, (int)Scale(plan)["triggers"]!["http"]!["perInstanceConcurrency"]!);
        Assert.Equal((2048, 40), ((int)Scale(plan)["instanceMemoryMB"]!, (int)Scale(plan)["maximumInstanceCount"]!));
        Assert.Equal("RollingUpdate", (string)ConfigOf(plan)["siteUpdateStrategy"]!["type"]!);
        var least = await Plan.OfAsync(Plan.Least);
        Assert.Equal((512, "Recreate"), ((int)Scale(least)["instanceMemoryMB"]!, (string)ConfigOf(least)["siteUpdateStrategy"]!["type"]!));
    }

    private static string GroupsOf(Plan plan) =>
        string.Join(", ", Scale(plan)["alwaysReady"]!.AsArray().Select(g => $"{g!["name"]} {g["instanceCount"]}"));

    private static Task<Plan> PlanAsync(bool everything) => Plan.OfAsync(everything ? Plan.Everything : Plan.Defaults);

    private static JsonNode Scale(Plan plan) => ConfigOf(plan)["scaleAndConcurrency"]!;

    private static JsonNode ConfigOf(Plan plan) => plan.PropertiesOf("Microsoft.Web/sites")["functionAppConfig"]!;

    // What Azure puts in the place of an expression or a reference.
    private static string AtRuntime(string name, string value) => (name, value) switch
    {
        ("ComfyFunc__SecretsKey", _) => Convert.ToBase64String(new byte[32]),
        (_, ['@', ..]) => "Bearer secret",
        ("ComfyFunc__EventGrid__Endpoint", ['[', ..]) => "https://topic.westeurope-1.eventgrid.azure.net/api/events",
        (_, ['[', ..]) => "00000000-0000-0000-0000-000000000003",
        _ => value,
    };
}
