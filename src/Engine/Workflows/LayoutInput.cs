using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>One input of a class, as the front end lays it out: a socket, a widget, or several of them.</summary>
internal sealed record LayoutInput
{
    /// <summary>Its own name; inputs of a choice or of a group stand behind the names of what they belong to.</summary>
    public required string Name { get; init; }

    /// <summary>What a link into it may carry; several with commas between them.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of its widget; <see langword="null"/> when it is a socket.</summary>
    public string? Widget { get; init; }

    public required bool IsRequired { get; init; }

    /// <summary>All that the catalog says of it.</summary>
    public JsonElement Spec { get; init; }

    /// <summary>What the catalog says beside the type.</summary>
    public JsonElement Extra { get; init; }

    /// <summary>What a combo offers.</summary>
    public ImmutableArray<JsonElement> Options { get; init; } = [];

    /// <summary>Whether the widget has no socket.</summary>
    public bool IsSocketless { get; init; }

    /// <summary>Whether it would have a widget if the catalog did not ask for a link.</summary>
    public bool IsForced { get; init; }

    /// <summary>The choices of a dynamic combo.</summary>
    public ImmutableArray<LayoutChoice> Choices { get; init; } = [];

    /// <summary>What a growing group repeats.</summary>
    public LayoutGroup? Group { get; init; }

    /// <summary>The inputs and outputs that have one type in common with it.</summary>
    public string? Match { get; init; }

    public bool IsWidget => Widget is not null;

    public bool IsSelector => Widget is NodeLayout.DynamicCombo;

    public LayoutChoice? Choice(string? key)
    {
        foreach (var choice in Choices)
        {
            if (choice.Key == key)
            {
                return choice;
            }
        }

        return null;
    }

    /// <summary>What a prompt has where nobody has changed the widget of a new node; undefined where that is nothing.</summary>
    // A bare array would be a link.
    public JsonElement Initial() => !IsWidget ? default : Default() switch
    {
        { ValueKind: JsonValueKind.Null } => default,
        { ValueKind: JsonValueKind.Array } several => JsonElement.Parse($$"""{"__value__":{{several.GetRawText()}}}"""),
        var value => value,
    };

    /// <summary>What the widget of a new node holds.</summary>
    public JsonElement Default()
    {
        var given = Extra.Member("default");
        if (given.ValueKind is not JsonValueKind.Undefined)
        {
            return given;
        }

        return Widget switch
        {
            NodeLayout.DynamicCombo => Choices.IsEmpty ? LooseJson.Null : LooseJson.Of(Choices[0].Key),
            "COMBO" => Extra.Member("multi_select").IsThere() || Extra.Member("multiselect").Is() ? LooseJson.EmptyArray
                : Options.IsEmpty ? LooseJson.Null : Options[0],
            "INT" or "FLOAT" => LooseJson.Zero,
            "BOOLEAN" => LooseJson.False,
            "STRING" or "MARKDOWN" or "TEXTAREA" or "COLOR" or "PAINTER" or "LOAD_3D" or "AUDIO_RECORD" or "WEBCAM" => LooseJson.EmptyText,
            "BOUNDING_BOXES" or "COLORS" => LooseJson.EmptyArray,
            _ => IsSocketless ? LooseJson.Null : LooseJson.EmptyText,
        };
    }
}

/// <summary>One choice of a dynamic combo, and the inputs that it brings.</summary>
internal sealed record LayoutChoice(string Key, ImmutableArray<LayoutInput> Inputs);

/// <summary>A group of inputs that grows as its sockets are linked.</summary>
/// <param name="Names">The names of its repetitions; where there are none, they are counted behind <paramref name="Prefix"/>.</param>
internal sealed record LayoutGroup(ImmutableArray<LayoutInput> Inputs, string Prefix, ImmutableArray<string> Names, int Min, int Max)
{
    /// <summary>The name of one input of one repetition, behind the name of the group.</summary>
    public string? NameOf(int repetition, LayoutInput input) =>
        repetition >= Max ? null
        : Inputs.Length > 1 ? $"{input.Name}{repetition}"
        : Names.IsEmpty ? $"{Prefix}{repetition}"
        : repetition < Names.Length ? Names[repetition] : null;

    /// <summary>
    /// How often it has its inputs: as far as they are used, and once more for what may come; a few of them always.
    /// </summary>
    /// <param name="isUsed">Whether an input of that name, the group's before it, is in use.</param>
    public int Repetitions(string name, Func<string, bool> isUsed)
    {
        var used = 0;
        for (var i = 0; i < Max; i++)
        {
            foreach (var input in Inputs)
            {
                if (NameOf(i, input) is { } own && isUsed($"{name}.{own}"))
                {
                    used = i + 1;
                }
            }
        }

        return Math.Min(Math.Max(Min + 1, used + 1), Max);
    }

    /// <summary>Whether ComfyUI wants the input of that repetition. It knows groups of one input only.</summary>
    public bool Demands(int repetition, LayoutInput input) => repetition < Min && input.IsRequired && Inputs.Length == 1;
}
