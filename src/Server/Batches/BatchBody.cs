using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Secrets;

namespace ComfyFunc.Server.Batches;

/// <summary>
/// Reads the body of a batch: <c>{"inputs":[…]}</c> with the body of a call each, or <c>{"matrix":{"tag":{"input":[…]}},"input":{…}}</c>,
/// which makes a call of every combination over the values that they share.
/// </summary>
internal static class BatchBody
{
    /// <param name="root">Without what hosts are given beside the prompts.</param>
    public static (ImmutableArray<JsonObject> Inputs, ImmutableArray<BatchAxis> Axes,
        ImmutableArray<Fault> Faults) Read(JsonElement root, int most)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return ([], [], [new(FaultCode.InvalidRequest, "A batch is {\"inputs\":[…]} or {\"matrix\":{\"tag\":{\"input\":[…]}}}.", "")]);
        }

        var unknown = BodyMembers.Unknown(root, "A batch", ["inputs", "matrix", "input"]).ToImmutableArray();
        if (!unknown.IsEmpty)
        {
            return ([], [], unknown);
        }

        return (BodyMembers.Given(root, "inputs"), BodyMembers.Given(root, "matrix"), BodyMembers.Given(root, "input")) switch
        {
            ({ } inputs, null, null) => FromList(inputs, most),
            (null, { } matrix, var shared) => FromMatrix(matrix, shared ?? JsonElement.Parse("{}"), most),
            _ => ([], [], [new(FaultCode.InvalidRequest, "A batch has either inputs, or matrix and perhaps input.", "")]),
        };
    }

    private static (ImmutableArray<JsonObject>, ImmutableArray<BatchAxis>, ImmutableArray<Fault>) FromList(JsonElement inputs, int most)
    {
        if (inputs.ValueKind is not JsonValueKind.Array || inputs.GetArrayLength() is 0 || inputs.GetArrayLength() > most)
        {
            return ([], [], [new(FaultCode.InvalidRequest, $"inputs is an array of 1 to {most} bodies of calls.", "/inputs")]);
        }

        var wrong = inputs.EnumerateArray().Index().Where(i => i.Item.ValueKind is not JsonValueKind.Object)
            .Select(i => new Fault(FaultCode.InvalidRequest, "The body of a call is an object of tags.", $"/inputs/{i.Index}"))
            .ToImmutableArray();
        return wrong.IsEmpty ? ([.. inputs.EnumerateArray().Select(ObjectOf)], Varying([.. inputs.EnumerateArray()]), []) : ([], [], wrong);
    }

    private static (ImmutableArray<JsonObject>, ImmutableArray<BatchAxis>, ImmutableArray<Fault>) FromMatrix(JsonElement matrix,
        JsonElement shared, int most)
    {
        if (shared.ValueKind is not JsonValueKind.Object)
        {
            return ([], [], [new(FaultCode.InvalidRequest, "input is the body of a call.", "/input")]);
        }

        var faults = ImmutableArray.CreateBuilder<Fault>();
        var axes = ImmutableArray.CreateBuilder<(string Tag, string Input, JsonElement[] Values)>();
        foreach (var tag in matrix.ValueKind is JsonValueKind.Object
            ? matrix.EnumerateObject().Where(t => t.Value.ValueKind is not JsonValueKind.Null).ToArray() : [])
        {
            if (tag.Value.ValueKind is not JsonValueKind.Object)
            {
                faults.Add(new(FaultCode.InvalidRequest, "A tag that is swept is an object of its inputs, each with an array of values.",
                    $"/matrix{JsonPointer.Of(tag.Name)}"));
                continue;
            }

            foreach (var input in tag.Value.EnumerateObject().Where(i => i.Value.ValueKind is not JsonValueKind.Null))
            {
                if (input.Value.ValueKind is JsonValueKind.Array && input.Value.GetArrayLength() > 0)
                {
                    axes.Add((tag.Name, input.Name, [.. input.Value.EnumerateArray()]));
                }
                else
                {
                    faults.Add(new(FaultCode.InvalidRequest, "What is swept is an array of one value at least.",
                        $"/matrix{JsonPointer.Under(JsonPointer.Of(tag.Name), input.Name)}"));
                }
            }
        }

        if (faults.Count > 0 || axes.Count == 0)
        {
            return ([], [],
                faults.Count > 0 ? faults.ToImmutable()
                    : [new(FaultCode.InvalidRequest, "matrix is {\"tag\":{\"input\":[…]}}.", "/matrix")]);
        }

        var count = axes.Aggregate(1L, (product, axis) => Math.Min(product * axis.Values.Length, int.MaxValue));
        return count > most
            ? ([], [], [new(FaultCode.InvalidRequest, $"The matrix makes {count} runs; a batch has {most} at most.", "/matrix")])
            : ([.. Enumerable.Range(0, (int)count).Select(n => Combination(shared, axes, n))],
                [.. axes.Select(a => new BatchAxis(a.Tag, a.Input))], []);
    }

    /// <summary>What some calls of a list set and others do not, or set to something else.</summary>
    private static ImmutableArray<BatchAxis> Varying(JsonElement[] calls)
    {
        var places = from call in calls
                     from tag in call.EnumerateObject()
                     where tag.Name is not (MetadataReader.Member or ExtraDataReader.Member)
                     from axis in tag.Value.ValueKind is JsonValueKind.Object
                     ? tag.Value.EnumerateObject().Select(i => new BatchAxis(tag.Name, i.Name)) : [new BatchAxis(tag.Name, null)]
                     select axis;
        return [.. places.Distinct().Where(p => calls.Skip(1).Any(c => !AreAlike(p.Find(calls[0]), p.Find(c))))];
    }

    private static bool AreAlike(JsonElement? one, JsonElement? other) =>
        one is { } a && other is { } b ? JsonElement.DeepEquals(a, b) : one is null && other is null;

    // The last axis turns fastest, as in nested loops.
    private static JsonObject Combination(JsonElement shared,
        ImmutableArray<(string Tag, string Input, JsonElement[] Values)>.Builder axes, int number)
    {
        var body = ObjectOf(shared);
        for (var i = axes.Count - 1; i >= 0; i--)
        {
            var (tag, input, values) = axes[i];
            if (body[tag] is not JsonObject inputs)
            {
                body[tag] = inputs = [];
            }

            inputs[input] = JsonNode.Parse(values[number % values.Length].GetRawText());
            number /= values.Length;
        }

        return body;
    }

    private static JsonObject ObjectOf(JsonElement element) => JsonNode.Parse(element.GetRawText())!.AsObject(); // It is an object.
}
