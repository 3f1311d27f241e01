using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>Columns as a JSON object of texts, each led by its type, so that equal values have equal texts and no others.</summary>
internal static class ColumnText
{
    public static string Write(ImmutableDictionary<string, object> columns) =>
        JsonSerializer.Serialize(columns.ToDictionary(c => c.Key, c => Of(Columns.Normal(c.Key, c.Value))));

    public static ImmutableDictionary<string, object> Read(string json) =>
        json == "{}" ? ImmutableDictionary<string, object>.Empty
        : JsonSerializer.Deserialize<Dictionary<string, string>>(json)!.ToImmutableDictionary(c => c.Key, c => Value(c.Value));

    /// <param name="value">As <see cref="Columns.Normal"/> leaves it.</param>
    public static string Of(object value) => value switch
    {
        string text => $"s{text}",
        long number => string.Create(CultureInfo.InvariantCulture, $"i{number}"),
        bool truth => truth ? "b1" : "b0",
        DateTimeOffset time => string.Create(CultureInfo.InvariantCulture, $"t{time.UtcTicks}"),
        _ => throw new ArgumentException($"A column holds a {value.GetType().Name}.", nameof(value)),
    };

    private static object Value(string text) => text[0] switch
    {
        's' => text[1..],
        'i' => long.Parse(text.AsSpan(1), CultureInfo.InvariantCulture),
        'b' => text[1] == '1',
        't' => new DateTimeOffset(long.Parse(text.AsSpan(1), CultureInfo.InvariantCulture), TimeSpan.Zero),
        _ => throw new InvalidDataException($"A column of the unknown type '{text[0]}'."),
    };
}
