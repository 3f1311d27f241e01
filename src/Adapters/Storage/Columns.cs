using System.Buffers;

namespace ComfyFunc.Adapters.Storage;

/// <summary>What a document's columns may be called and hold; the same in both stores.</summary>
internal static class Columns
{
    public const string Json = "Json";
    public const string Overflow = "Overflow";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static bool IsReserved(string name) =>
        name is "PartitionKey" or "RowKey" or "Timestamp" or Json or Overflow || name.StartsWith("odata", StringComparison.Ordinal);

    /// <summary>One form per value, so that equality means the same in every store.</summary>
    public static object Normal(string name, object value) => value switch
    {
        _ when IsReserved(name) || name.Length == 0 || char.IsAsciiDigit(name[0]) || name.AsSpan().ContainsAnyExcept(NameCharacters)
            => throw new ArgumentException($"A column cannot be called '{name}'.", nameof(name)),
        string or long or bool => value,
        DateTimeOffset time => time.ToUniversalTime(),
        _ => throw new ArgumentException($"The column '{name}' holds a {value.GetType().Name}.", nameof(value)),
    };
}
