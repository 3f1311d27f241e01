using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// Reads what a saved document demands of hosts, beside its prompt:
/// <c>{"prompt":{…},"requires":{"labels":{"gpu":"h100"},"minVramGb":24}}</c>.
/// </summary>
public static class DemandsReader
{
    /// <param name="around">What lies around the prompt; <see langword="null"/> when nothing does.</param>
    /// <returns><see langword="null"/> when the document demands nothing.</returns>
    public static (Demands? Demands, ImmutableArray<Fault> Faults) Read(JsonElement? around)
    {
        if (around is not { } envelope || !envelope.TryGetProperty("requires", out var requires))
        {
            return (null, []);
        }

        var faults = ImmutableArray.CreateBuilder<Fault>();
        if (requires.ValueKind is not JsonValueKind.Object)
        {
            return (null,
                [new(FaultCode.InvalidWorkflow,
                    "requires is an object such as {\"labels\":{\"gpu\":\"h100\"},\"minVramGb\":24}.", "/requires")]);
        }

        var demands = Demands.None;
        foreach (var member in requires.EnumerateObject())
        {
            demands = member.Name switch
            {
                "labels" => demands with { Labels = ReadLabels(member.Value, faults) },
                "minVramGb" => demands with { MinVramBytes = ReadGigabytes(member.Value, faults) },
                _ => Refuse(demands, member.Name, faults),
            };
        }

        return (demands.Key.Length == 0 ? null : demands, faults.ToImmutable());
    }

    private static ImmutableSortedDictionary<string, string> ReadLabels(JsonElement value, ImmutableArray<Fault>.Builder faults)
    {
        if (value.ValueKind is not JsonValueKind.Object || value.EnumerateObject().Any(l => l.Value.ValueKind is not JsonValueKind.String))
        {
            faults.Add(new(FaultCode.InvalidWorkflow, "labels is an object of strings.", "/requires/labels"));
            return ImmutableSortedDictionary<string, string>.Empty;
        }

        // Each is a string, which is never null.
        return value.EnumerateObject().ToImmutableSortedDictionary(l => l.Name, l => l.Value.GetString()!, StringComparer.Ordinal);
    }

    private static long ReadGigabytes(JsonElement value, ImmutableArray<Fault>.Builder faults)
    {
        if (value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var gigabytes) && gigabytes is >= 0 and <= 10_000)
        {
            return Demands.BytesOf(gigabytes);
        }

        faults.Add(new(FaultCode.InvalidWorkflow, "minVramGb is a number of gigabytes.", "/requires/minVramGb"));
        return 0;
    }

    private static Demands Refuse(Demands demands, string name, ImmutableArray<Fault>.Builder faults)
    {
        faults.Add(new(FaultCode.InvalidRequest,
            $"requires has labels and minVramGb, and nothing else.{Suggestion.Nearest(name, ["labels", "minVramGb"])}",
            JsonPointer.Of("requires", name)));
        return demands;
    }
}
