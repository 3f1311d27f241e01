using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.Infra;

/// <summary>
/// What a deployment with some parameters would make, as Bicep works it out without Azure: modules unfolded, conditions decided, loops
/// counted out. What only Azure knows stays an expression in brackets.
/// </summary>
internal sealed class Plan
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<Plan>>> Made = new(StringComparer.Ordinal);

    private readonly JsonArray resources;

    private Plan(JsonArray resources) => this.resources = resources;

    /// <summary>Nothing but defaults.</summary>
    public static Dictionary<string, string> Defaults => [];

    /// <summary>All that there is to choose.</summary>
    public static Dictionary<string, string> Everything => new()
    {
        ["AZURE_ENV_NAME"] = "everything",
        ["TAGS"] = """{"team":"pictures"}""",
        ["ZONE_REDUNDANT"] = "true",
        ["PUBLIC_URL"] = "https://comfy.example.com",
        ["BROWSER_ORIGINS"] = """["https://app.example.com","https://other.example.com"]""",
        ["RETENTION_DAYS"] = "14",
        ["ALWAYS_READY_HTTP"] = "3",
        ["ALWAYS_READY_DURABLE"] = "2",
        ["SETTINGS"] = """{"ComfyFunc__Hosts__0__Id":"gpu-1","ComfyFunc__Hosts__0__Url":"https://gpu-1.example.com"}""",
        ["VAULT_SETTINGS"] =
            """{"ComfyFunc__SecretsKey":"secrets-key","ComfyFunc__Hosts__0__Headers__Authorization":"gpu-1-authorization"}""",
        ["KEY_VAULT"] = "true",
        ["EVENT_GRID"] = "true",
        ["DURABLE_TASK_SCHEDULER"] = "true",
        ["VIRTUAL_NETWORK"] = "true",
        ["NAT_GATEWAY"] = "true",
        ["ALERT_EMAIL"] = "operators@example.com",
        ["LOG_DAILY_CAP_GB"] = "-1",
    };

    /// <summary>As little as can be: nothing stays, and a release stops everything.</summary>
    public static Dictionary<string, string> Least => new()
    {
        ["ALWAYS_READY_HTTP"] = "0",
        ["ALWAYS_READY_DURABLE"] = "0",
        ["ROLLING_UPDATE"] = "false",
        ["INSTANCE_MEMORY_MB"] = "512",
        ["KEY_VAULT"] = "true",
    };

    /// <summary>A network and alerts, and neither a vault nor anything else.</summary>
    public static Dictionary<string, string> Network => new()
    {
        ["VIRTUAL_NETWORK"] = "true",
        ["ALWAYS_READY_HTTP"] = "0",
        ["ALERT_EMAIL"] = "operators@example.com",
        ["ALERT_QUEUE_SECONDS"] = "33",
    };

    /// <summary>Each of them is compiled once.</summary>
    public static Task<Plan> OfAsync(Dictionary<string, string> environment) =>
        Made.GetOrAdd(string.Join('\n', environment.Select(e => $"{e.Key}={e.Value}")), _ => new(() => MakeAsync(environment))).Value;

    public IEnumerable<JsonObject> All => resources.Select(r => r!.AsObject());

    public IEnumerable<JsonObject> Of(string type) => All.Where(r => (string)r["type"]! == type);

    public JsonObject The(string type) => Assert.Single(Of(type));

    /// <summary>Everything of a resource of which there is one.</summary>
    public JsonObject PropertiesOf(string type) => The(type)["properties"]!.AsObject();

    /// <summary>The settings of the app.</summary>
    public Dictionary<string, string> Settings =>
        PropertiesOf("Microsoft.Web/sites/config").ToDictionary(s => s.Key, s => (string)s.Value!);

    /// <summary>Every value of every resource that is text, with where it stands.</summary>
    public IEnumerable<(string Path, string Text)> Texts => All.SelectMany(r => TextsOf(r, $"{r["type"]} {r["name"]}"));

    private static IEnumerable<(string Path, string Text)> TextsOf(JsonNode? node, string path) => node switch
    {
        JsonObject o => o.SelectMany(m => TextsOf(m.Value, $"{path}.{m.Key}")),
        JsonArray a => a.SelectMany((e, i) => TextsOf(e, $"{path}[{i}]")),
        JsonValue v when v.TryGetValue<string>(out var text) => [(path, text)],
        _ => [],
    };

    // The snapshot is written beside the parameters, so they are copied first.
    private static async Task<Plan> MakeAsync(Dictionary<string, string> environment)
    {
        using var folder = new TemporaryFolder();
        Bicep.CopyTo(folder.FullName);
        var (code, said, complaints) = await Bicep.RunAsync(folder.FullName, environment, "snapshot", "main.bicepparam",
            "--mode", "overwrite", "--tenant-id", "00000000-0000-0000-0000-000000000001",
            "--subscription-id", "00000000-0000-0000-0000-000000000002", "--resource-group", "group",
            "--location", "westeurope", "--deployment-name", "main");
        Assert.True(code == 0, $"No plan can be made: {said}{complaints}");
        var snapshot = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "main.snapshot.json")))!;
        Assert.Empty(snapshot["diagnostics"]!.AsArray());
        return new(snapshot["predictedResources"]!.AsArray());
    }
}
