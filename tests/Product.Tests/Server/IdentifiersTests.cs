using System.Text.RegularExpressions;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Api.Description;
using ComfyFunc.Server.Http;
using CsCheck;

namespace ComfyFunc.Tests.Server;

/// <summary>Names in the description: an identifier for every workflow, made of its name and of nothing else.</summary>
public partial class IdentifiersTests
{
    // Few letters and many separators: names that are almost the same are what has to be told apart.
    private static readonly Gen<string> Names =
        from length in Gen.Int[1, 12]
        from name in Gen.Char["aAbB1 .-_図é"].Array[length]
        let text = new string(name)
        where SafeName.IsValid(text)
        select text;

    [Theory]
    [InlineData("txt2img", "Txt2img")]
    [InlineData("text-to-image", "TextToImage")]
    [InlineData("Flux", "Flux")]
    public void A_plain_name_is_written_in_PascalCase(string name, string identifier) =>
        Assert.Equal(identifier, Identifiers.OfWorkflow(name));

    [Theory]
    [InlineData("client picture", "ClientPictureX0")]
    [InlineData("text_to_image", "TextToImageX0")]
    [InlineData("textToImage", "TextToImageX0")]
    [InlineData("2d", "Workflow2dX0")]
    [InlineData("sd-1-5", "Sd15X0")]
    [InlineData("图生图", "WorkflowX0")]
    [InlineData("client-picture-x05edbecda4c", "ClientPictureX05edbecda4cX0")]
    [InlineData("workflow", "WorkflowX0")]
    [InlineData("batch", "BatchX0")]
    [InlineData("Workflow-Version", "WorkflowVersionX0")]
    [InlineData("version-batch", "VersionBatchX0")]
    public void Any_other_name_has_a_mark(string name, string beginning) =>
        Assert.Matches($"^{beginning}[0-9a-f]{{10}}$", Identifiers.OfWorkflow(name));

    [Fact]
    public void The_mark_is_the_name_s_for_ever() => Assert.Equal("ClientPictureX05edbecda4c", Identifiers.OfWorkflow("client picture"));

    [Fact]
    public void No_two_names_have_the_same_identifier() =>
        Names.Array[2, 40].Sample(names =>
        {
            var distinct = names.Distinct(StringComparer.OrdinalIgnoreCase).ToArray(); // In another case it is the same workflow.
            var identifiers = distinct.Select(Identifiers.OfWorkflow).ToArray();
            Assert.Equal(distinct.Length, identifiers.Distinct(StringComparer.Ordinal).Count());
            Assert.All(identifiers, i => Assert.Matches(Identifier, i));
        });

    [Fact]
    public void Workflows_operations_and_schemas_are_theirs_alone() =>
        Names.Array[1, 8].Sample(names =>
        {
            var workflows = names.Concat(["run", "workflow", "batch", "stopped", "a"]).Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(n => new WorkflowDescription(n, 1, Tagged)).ToArray();
            var document = ApiDescription.Of([.. workflows], "https://example.org");
            var operations = document.Paths.Values.SelectMany(p => p.Operations!.Values).Select(o => o.OperationId!).ToArray();
            var fixedSchemas = ApiDescription.Of([], "https://example.org").Components!.Schemas!.Count;
            Assert.Equal(operations.Length, operations.Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(fixedSchemas + (workflows.Length * (3 + Tagged.Tags.Length)), document.Components!.Schemas!.Count);
        }, iter: 100);

    [Fact]
    public void No_fixed_name_is_one_that_a_workflow_may_have()
    {
        var document = ApiDescription.Of([], "https://example.org");
        var operations = document.Paths.Values.SelectMany(p => p.Operations!.Values).Select(o => o.OperationId!)
            .Where(id => id.StartsWith("Run", StringComparison.Ordinal)).Select(id => id["Run".Length..]);
        var schemas = document.Components!.Schemas!.Keys.Select(k => Typed.Match(k)).Where(m => m.Success).Select(m => m.Groups[1].Value);

        Assert.All(operations.Concat(schemas).Where(n => n.Length > 0),
            fixedName => Assert.NotEqual(fixedName,
                Identifiers.OfWorkflow(Kebab.Replace(fixedName, "-$1").TrimStart('-').ToLowerInvariant())));
    }

    [Fact]
    public void Tags_that_would_be_the_same_have_marks() =>
        Assert.Equal(["MySampler", "Tag2nd"], Identifiers.OfTags(["my sampler", "2nd"]));

    [Fact]
    public void Tags_do_not_hang_on_their_order()
    {
        var forth = Identifiers.OfTags(["my sampler", "my-sampler", "mysampler", "size"]);
        var back = Identifiers.OfTags(["size", "mysampler", "my-sampler", "my sampler"]);

        Assert.Equal(forth, back.Reverse());
        Assert.Equal(4, forth.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal("Size", forth[3]);
    }

    private static Contract Tagged => new(
        [.. new[] { "input", "run", "outputs", "my run", "my-run", "図",
            "é" }.Select(t => new ContractTag(t, [new("1", "X")], true, [new() { Name = "n", Type = "INT" }]))],
        [new("picture", "image", ["1"])]);

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*\z")]
    private static partial Regex Identifier { get; }

    [GeneratedRegex(@"^(.*)(Input|Outputs|Run)\z")]
    private static partial Regex Typed { get; }

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Kebab { get; }
}
