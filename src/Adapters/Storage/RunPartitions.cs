using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Storage;

/// <summary>In which partitions a table's runs lie: the older ones by days, the others by seconds.</summary>
/// <param name="BySecondSince">Of the id of the first run by seconds.</param>
public sealed record RunPartitions(DateTimeOffset BySecondSince)
{
    public string Of(RunId run) => Of(RunKeys.CreatedAt(run));

    /// <summary>As <see cref="DocumentQuery.PartitionFrom"/> it bounds a listing to that day or second and all before it.</summary>
    public string Of(DateTimeOffset time) => time < BySecondSince ? RunKeys.Day(time) : RunKeys.Partition(time);

    /// <summary>As <see cref="DocumentQuery.PartitionBefore"/> it bounds a listing to that day or second and all after it.</summary>
    public string After(DateTimeOffset time) => Of(time) + RunId.Digits[0];
}
