using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server;

namespace ComfyFunc.Tests.Wire;

/// <summary>
/// What lies in storage stays readable, and is written as it was: by a recorded document for each stored form, in <c>Wire/Stored</c>.
/// COMFYFUNC_RECORD=stored records those that are missing, and changes none.
/// </summary>
public class StoredFormTests
{
    public static TheoryData<string> Forms => [.. Stored.All.Select(s => s.ToString())];

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_was_written_is_read_and_written_the_same(string form)
    {
        var stored = Of(form);

        Assert.All([stored.Whole, stored.Least], file => Assert.Equal(Read(file), stored.Again(Read(file))));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_member_is_recorded(string form) => Assert.Empty(
        Missing(Of(form).Options, Of(form).Type, JsonNode.Parse(Read(Of(form).Whole)), form));

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_a_row_does_not_say_is_what_it_was_before_there_was_the_member(string form)
    {
        var stored = Of(form);
        foreach (var member in stored.Optional)
        {
            var without = JsonNode.Parse(Read(stored.Least))!.AsObject();
            without.Remove(member);

            Assert.True(Read(stored.Least) == stored.Again(without.ToJsonString()),
                $"{form} without {member} reads as {stored.Again(without.ToJsonString())}");
        }
    }

    [Fact]
    public void A_run_that_waited_before_there_were_choices_makes_none()
    {
        var whole = Read(Of(nameof(WaitingRun)).Whole);
        var old = whole.Replace(""","choices":[{"selector":"selector","key":"key"}]""", "", StringComparison.Ordinal);

        Assert.NotEqual(whole, old);
        Assert.Empty(StoredJson.Read<WaitingRun>(old).Work.Needs.Inputs[0].Choices);
    }

    [Fact]
    public void Every_stored_form_is_recorded_and_nothing_else_is()
    {
        if (Environment.GetEnvironmentVariable("COMFYFUNC_RECORD") == "stored")
        {
            foreach (var stored in Stored.All)
            {
                Record(stored.Whole, stored.MadeUp(isWhole: true));
                Record(stored.Least, stored.MadeUp(isWhole: false));
            }
        }

        Assert.Equal(
            Stored.All.SelectMany(s => new[] { s.Whole, s.Least }).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Directory.GetFiles(Stored.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static Stored Of(string form) => Stored.All.Single(s => s.ToString() == form);

    private static string Read(string file) => File.ReadAllText(file).TrimEnd('\n');

    private static void Record(string file, string json)
    {
        if (!File.Exists(file))
        {
            File.WriteAllText(file, json + "\n");
        }
    }

    // Which members of the contract the document does not have, at any depth.
    private static IEnumerable<string> Missing(JsonSerializerOptions options, Type type, JsonNode? node, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var contract = options.GetTypeInfo(type);
        return (contract.Kind, node) switch
        {
            (JsonTypeInfoKind.Enumerable, JsonArray { Count: 0 }) => [$"{path}: an element"],
            (JsonTypeInfoKind.Enumerable, JsonArray list) => list.SelectMany(e => Missing(options, contract.ElementType!, e, $"{path}[]")),
            (JsonTypeInfoKind.Dictionary, JsonObject { Count: 0 }) => [$"{path}: an entry"],
            (JsonTypeInfoKind.Dictionary, JsonObject entries) =>
                entries.SelectMany(e => Missing(options, contract.ElementType!, e.Value, $"{path}[]")),
            (JsonTypeInfoKind.Object, JsonObject members) =>
                SampleJson.MembersOf(options, CaseOf(options, type, members))
                    .SelectMany(p => MissingOf(options, p, members, $"{path}.{p.Name}")),
            _ => [],
        };
    }

    private static IEnumerable<string> MissingOf(JsonSerializerOptions options, JsonPropertyInfo member, JsonObject all, string path) =>
        all.ContainsKey(member.Name) ? Missing(options, member.PropertyType, all[member.Name], path) : [path];

    private static Type CaseOf(JsonSerializerOptions options, Type type, JsonObject members) =>
        SampleJson.CasesOf(options, type).Single(c => c.Discriminator == (string?)members["$type"]).Type;
}
