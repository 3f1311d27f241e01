using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>What a call would do.</summary>
public sealed class CallExplanation
{
    internal CallExplanation(JsonElement shown) => Json = shown;

    /// <summary>The document as it came, with changes, seeds and hosts.</summary>
    public JsonElement Json { get; }

    /// <summary>Whether it would make a run.</summary>
    public bool Valid => Json.Boolean("valid") ?? false;

    /// <summary>What is wrong with it.</summary>
    public ImmutableArray<CallFault> Errors => [.. Json.Items("errors").Select(CallFault.Of)];
}
