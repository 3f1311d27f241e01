using System.Text.Json;
using ComfyFunc.Tests.Acceptance;
using YamlDotNet.RepresentationModel;

namespace ComfyFunc.Tests.Infra;

/// <summary>Holds the example for KEDA against what its metrics-api scaler does with an answer.</summary>
[Collection(nameof(AppCollection))]
public class ScalingTests(AppFixture app)
{
    // What GJSON, by which the scaler reads, takes for more than a name.
    private const string Syntax = @"*?|#@!{}[]()\.~""'%<>=:, ";

    [Fact]
    public async Task The_scaler_reads_a_number_where_the_example_says()
    {
        var (metadata, _) = Trigger();
        var answer = await app.Http.GetAsync(new Uri("pool", UriKind.Relative), TestContext.Current.CancellationToken);
        using var pool = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        // The scaler: gjson.GetBytes(body, valueLocation), which must be a number. A path without signs is the member of that name.
        var location = metadata["valueLocation"];
        Assert.DoesNotContain(location, c => Syntax.Contains(c, StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Number, pool.RootElement.GetProperty(location).ValueKind);
        // The autoscaler divides the value by this, and rounds up: as many pods as hosts are wanted.
        Assert.Equal("1", metadata["targetValue"]);
        Assert.EndsWith("/api/pool", metadata["url"], StringComparison.Ordinal);
    }

    [Fact]
    public void It_comes_from_zero_and_the_key_is_in_a_header()
    {
        var (metadata, scaled) = Trigger();
        Assert.Equal("0", $"{scaled["spec"]["minReplicaCount"]}");
        Assert.Equal(("apiKey", "header", "x-functions-key"),
            (metadata["authMode"], metadata["method"], metadata["keyParamName"]));
        Assert.DoesNotContain('?', metadata["url"]);
        var authentication = Documents().Single(d => $"{d["kind"]}" == "TriggerAuthentication");
        Assert.Equal($"{authentication["metadata"]["name"]}", $"{scaled["spec"]["triggers"][0]["authenticationRef"]["name"]}");
        Assert.Equal("apiKey", $"{authentication["spec"]["secretTargetRef"][0]["parameter"]}");
    }

    [Fact]
    public void What_belongs_together_is_called_the_same()
    {
        var deployment = Documents().Single(d => $"{d["kind"]}" == "Deployment");
        Assert.Equal($"{deployment["metadata"]["name"]}", $"{Trigger().Scaled["spec"]["scaleTargetRef"]["name"]}");
        var secret = Documents().Single(d => $"{d["kind"]}" == "Secret");
        var authentication = Documents().Single(d => $"{d["kind"]}" == "TriggerAuthentication")["spec"]["secretTargetRef"][0];
        Assert.Equal($"{secret["metadata"]["name"]}", $"{authentication["name"]}");
        Assert.True(((YamlMappingNode)secret["stringData"]).Children.ContainsKey($"{authentication["key"]}"));
        // The pack in the pod asks the same server as the scaler, with the same key.
        var environment = ((YamlSequenceNode)deployment["spec"]["template"]["spec"]["containers"][0]["env"])
            .ToDictionary(e => $"{e["name"]}", e => (YamlMappingNode)e);
        Assert.Equal(Trigger().Metadata["url"], $"{environment["COMFYFUNC_URL"]["value"]}/api/pool");
        var read = environment["COMFYFUNC_FUNCTION_KEY"]["valueFrom"]["secretKeyRef"];
        Assert.Equal(($"{authentication["name"]}", $"{authentication["key"]}"), ($"{read["name"]}", $"{read["key"]}"));
    }

    private static (Dictionary<string, string> Metadata, YamlMappingNode Scaled) Trigger()
    {
        var scaled = Documents().Single(d => $"{d["kind"]}" == "ScaledObject");
        var trigger = (YamlMappingNode)scaled["spec"]["triggers"][0];
        Assert.Equal("metrics-api", $"{trigger["type"]}");
        return (((YamlMappingNode)trigger["metadata"]).ToDictionary(m => $"{m.Key}", m => $"{m.Value}"), scaled);
    }

    private static IEnumerable<YamlMappingNode> Documents()
    {
        var stream = new YamlStream();
        using var text = File.OpenText(Path.Combine(Bicep.Folder, "examples", "keda.yaml"));
        stream.Load(text);
        return [.. stream.Documents.Select(d => (YamlMappingNode)d.RootNode)];
    }
}
