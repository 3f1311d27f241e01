using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.Acceptance.Kills;

/// <summary>A workflow that one client saves, saves anew and deletes. Its content is told by a color.</summary>
internal sealed class KeptWorkflow(HttpClient http, string name) : IKept
{
    private const int Absent = -1;

    // The last of them is what was asked for last; one alone was answered, or seen.
    private ImmutableArray<int> possible = [Absent];

    private int? version;

    public bool IsThere => possible is [not Absent];

    public async Task SaveAsync(int color)
    {
        (possible, version) = (possible.Add(color), null);
        var saved = await http.SaveAsync(name, PromptOf(color));
        (possible, version) = ([color], (int?)saved["version"] ?? throw new InvalidDataException(saved.ToJsonString()));
    }

    public async Task DeleteAsync()
    {
        (possible, version) = (possible.Add(Absent), null);
        using var answer = await http.DeleteAsync(new Uri($"workflows/{name}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        possible = [Absent];
    }

    public async Task CheckAsync()
    {
        using var answer = await http.GetAsync(new Uri($"workflows/{name}?include=prompt", UriKind.Relative),
            TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            Assert.True(possible.Contains(Absent), $"The workflow {name} is gone; it is one of {string.Join(", ", possible)}.");
            possible = [Absent];
            return;
        }

        var shown = await answer.JsonAsync();
        var prompt = shown["prompt"]!;
        var color = (int)prompt["1"]!["inputs"]!["color"]!;
        Assert.True(possible.Contains(color), $"The workflow {name} holds {color}; it is one of {string.Join(", ", possible)}.");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(PromptOf(color)), prompt), prompt.ToJsonString());
        Assert.Equal(version ?? (int)shown["version"]!, (int)shown["version"]!);
        possible = [color];
    }

    private static string PromptOf(int color) => Prompts.Slow.Replace("\"color\":0", $"\"color\":{color}", StringComparison.Ordinal);
}
