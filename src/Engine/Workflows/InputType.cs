using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>What values an input takes: in ComfyUI's words, and in those of contracts.</summary>
public static class InputType
{
    public const string Int = "INT";
    public const string Float = "FLOAT";
    public const string String = "STRING";
    public const string Boolean = "BOOLEAN";

    /// <summary>ComfyUI's word for one of a list; a contract says <see cref="Enum"/>.</summary>
    public const string Combo = "COMBO";

    /// <summary>ComfyUI's word for a value of any type; a contract says <see cref="Any"/>.</summary>
    public const string Wildcard = "*";

    public const string Enum = "ENUM";
    public const string File = "FILE";
    public const string Any = "ANY";

    /// <summary>Those that a contract may say.</summary>
    public static ImmutableArray<string> OfContracts { get; } = [Int, Float, String, Boolean, Enum, File, Any];

    /// <summary>Whether a value of this type is one number, text or choice of true and false.</summary>
    public static bool IsScalar(string? type) => type is Int or Float or String or Boolean;

    /// <summary>Whether a node has a widget for it.</summary>
    public static bool HasWidget(string type) => IsScalar(type) || type is Combo;

    /// <summary>What a contract says of an input of this type that takes no file.</summary>
    public static string InContract(string type) => type is Combo ? Enum : IsScalar(type) ? type : Any;
}
