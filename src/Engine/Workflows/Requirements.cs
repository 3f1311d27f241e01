using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// What a host must have to take a prompt as it is submitted: node classes, and whatever the host's own classes demand of its inputs.
/// </summary>
public sealed record Requirements
{
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>The texts among the literals: what the host has in a combo must be offered there.</summary>
    public ImmutableArray<RequiredOption> Options { get; init; } = [];

    /// <summary>The inputs that every node of a class has.</summary>
    public ImmutableArray<GivenInputs> Inputs { get; init; } = [];

    /// <summary>The numbers among the literals, seeds aside.</summary>
    public ImmutableArray<GivenRange> Ranges { get; init; } = [];

    /// <summary>Model files that stand within values which no class describes.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>The same for the same demands, so that what a host lacks is looked up once for all runs that are alike.</summary>
    public string Key { get; init; } = "";

    /// <summary>The model files among the options, by name.</summary>
    [JsonIgnore]
    public ImmutableArray<RequiredOption> Models =>
        [.. Options.Where(o => o.IsModelFile).Concat(Files.Select(f => new RequiredOption("", "lora", f))).DistinctBy(o => o.Value)];

    /// <summary>Of the nodes that some output needs; ComfyUI looks at no others.</summary>
    internal static Requirements Of(ImmutableArray<PromptNode> nodes)
    {
        var reached = Reach.Of(nodes);
        PromptNode[] needed = [.. nodes.Where(n => reached.Contains(n.Id))];
        var literals = needed.SelectMany(n => n.Inputs.Where(i => i.Link is null).Select(i => (Node: n, Input: i))).ToArray();
        var classes = needed.GroupBy(n => n.Class.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        return new Requirements
        {
            Classes = [.. classes.Select(g => g.Key)],
            Options = [
                .. literals.Where(l => PromptLiterals.IsCandidate(l.Node, l.Input))
                    // A candidate is a string, which is never null.
                    .Select(l => new RequiredOption(l.Node.Class.Name, l.Input.Name, l.Input.Value.GetString()!))
                    .Distinct()
                    .OrderBy(o => o.Class, StringComparer.Ordinal).ThenBy(o => o.Input, StringComparer.Ordinal)
                    .ThenBy(o => o.Value, StringComparer.Ordinal),
            ],
            Inputs = [
                .. from ofClass in classes
                   from alike in ofClass.GroupBy(n => string.Join('\n', ChoicesOf(n)), StringComparer.Ordinal)
                       .OrderBy(g => g.Key, StringComparer.Ordinal)
                   select new GivenInputs(ofClass.Key, SharedBy(alike)) { Choices = ChoicesOf(alike.First()) },
            ],
            Ranges = [
                .. literals.Where(l => l.Input.Value.ValueKind is JsonValueKind.Number && l.Input.Value.TryGetDecimal(out _)
                    && l.Node.Class.Find(l.Input.Name) is not { IsSeed: true })
                    .GroupBy(l => (Class: l.Node.Class.Name, Input: l.Input.Name), l => l.Input.Value.GetDecimal())
                    .Select(g => new GivenRange(g.Key.Class, g.Key.Input, g.Min(), g.Max()))
                    .OrderBy(r => r.Class, StringComparer.Ordinal).ThenBy(r => r.Input, StringComparer.Ordinal),
            ],
            Files = [.. literals.SelectMany(l => PromptLiterals.FilesWithin(l.Input.Value)).Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)],
        }.WithKey();
    }

    /// <summary>Demands by name.</summary>
    public static Requirements Of(ImmutableArray<string> classes, ImmutableArray<RequiredOption> options) =>
        new Requirements { Classes = classes, Options = options }.WithKey();

    /// <summary>What the host lacks, in words for a caller; empty when it can execute the prompt.</summary>
    public ImmutableArray<string> MissingOn(NodeCatalog host) =>
    [
        .. Classes.Where(c => !host.Has(c)).Select(c => $"node class {c}"),
        .. from given in Inputs
           from input in host.Find(given.Class)?.For(given.AsInputs).Inputs ?? []
           where input.IsRequired && !Bypass.IsDynamic(input.Type) && !given.Names.Contains(input.Name)
           select $"input {input.Name} of {given.Class}",
        .. Options.Where(o => host.Find(o.Class) is { } known
            && !known.FindPossible(o.Input).Cast<NodeInput?>().DefaultIfEmpty(null).Any(i => IsTaken(o, i, host)))
            .Select(o => $"'{o.Value}' for {o.Class}.{o.Input}"),
        .. from range in Ranges
           let inputs = host.Find(range.Class)?.FindPossible(range.Input).ToArray() ?? []
           where inputs.Length > 0 && inputs.All(i => i.ValueType is InputType.Int or InputType.Float
               && (range.Least < i.Min || range.Most > i.Max))
           select $"{(inputs[0].Min > range.Least ? range.Least : range.Most).ToString(CultureInfo.InvariantCulture)} "
               + $"for {range.Class}.{range.Input}",
        .. Files.Where(f => host.SpellingOf(f) is null).Select(f => $"'{f}'"),
    ];

    // Loaders of the input folder take files that they do not list; those in folders below it cannot be told from here.
    private static bool IsTaken(RequiredOption option, NodeInput? input, NodeCatalog host) => input switch
    {
        null => !option.IsModelFile || host.SpellingOf(option.Value) is not null,
        { Type: InputType.Combo, ListsOptions: true, Upload: not null } =>
            input.OffersSpelled(option.Value) || !Spelling.IsListable(option.Value),
        { Type: InputType.Combo, ListsOptions: true } => input.OffersSpelled(option.Value),
        _ => true,
    };

    private static ImmutableArray<GivenChoice> ChoicesOf(PromptNode node) =>
    [
        .. node.Class.Inputs.Where(i => i.IsSelector)
            .Select(i => (i.Name, Key: node.Find(i.Name) is { Link: null } saved ? saved.Value.Text() : null))
            .Where(c => c.Key is not null)
            .Select(c => new GivenChoice(c.Name, c.Key!)) // The line above has looked.
            .OrderBy(c => c.Selector, StringComparer.Ordinal),
    ];

    private static ImmutableArray<string> SharedBy(IEnumerable<PromptNode> nodes) =>
        [.. nodes.Select(n => n.Inputs.Select(i => i.Name)).Aggregate((a, b) => a.Intersect(b, StringComparer.Ordinal))
            .Order(StringComparer.Ordinal)];

    private Requirements WithKey()
    {
        var lines = Classes.Concat(Options.Select(o => $"{o.Class}\t{o.Input}\t{o.Value}"))
            .Concat(Inputs.Select(i => $"{i.Class}\n{string.Join('\t', i.Names)}{string.Concat(i.Choices)}"))
            .Concat(Ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Class}\t{r.Input}\t{r.Least}\t{r.Most}")))
            .Concat(Files);
        return this with { Key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..16] };
    }
}

/// <summary>A text that a prompt has for an input. Where that is a combo of the host, the host must offer it.</summary>
public sealed record RequiredOption(string Class, string Input, string Value)
{
    /// <summary>
    /// What loading it takes, in seconds, as long as nobody has seen it: ComfyUI's loaders name their inputs for what they load.
    /// </summary>
    /// <remarks>Guesses: docs/decisions/scheduler-constants.md.</remarks>
    [JsonIgnore]
    public double LoadPriorSeconds => Input switch
    {
        _ when Input.StartsWith("lora", StringComparison.Ordinal) || Input.StartsWith("vae", StringComparison.Ordinal)
            || Input.StartsWith("style_model", StringComparison.Ordinal) => 0.5,
        _ when Input.StartsWith("clip", StringComparison.Ordinal) || Input.StartsWith("text_encoder", StringComparison.Ordinal) => 4,
        _ when Input.StartsWith("control_net", StringComparison.Ordinal) => 3,
        "model_name" => 1, // Upscalers, and custom nodes' helpers.
        _ => 10, // A checkpoint or a diffusion model is the bulk of it.
    };

    /// <summary>Whether the value names a file that a loader reads into memory, as ComfyUI's model folders hold them.</summary>
    [JsonIgnore]
    public bool IsModelFile => FileNames.IsModel(Value);
}

/// <summary>The inputs that every node has in a prompt that is of a class and makes the same choices.</summary>
public sealed record GivenInputs(string Class, ImmutableArray<string> Names)
{
    /// <summary>What the nodes choose in dynamic combos; nothing in what was stored before there were any.</summary>
    public ImmutableArray<GivenChoice> Choices { get => field.IsDefault ? [] : field; init; } = [];

    internal ImmutableArray<PromptInput> AsInputs => Choices.IsEmpty ? [.. Names.Select(n => new PromptInput(n, default, null))]
        : [.. Names.Select(n => new PromptInput(n, Choices.FirstOrDefault(c => c.Selector == n) is { } choice
            ? JsonSerializer.SerializeToElement(choice.Key) : default, null))];
}

/// <summary>What a node chooses in a dynamic combo.</summary>
public sealed record GivenChoice(string Selector, string Key);

/// <summary>The least and the largest number that a prompt has for an input.</summary>
public sealed record GivenRange(string Class, string Input, decimal Least, decimal Most);
