using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Storage;

/// <summary>In which partitions a store keeps its runs.</summary>
/// <param name="BySecond">By days otherwise, as releases up to 0.9 do.</param>
public sealed record RunPartitions(bool BySecond)
{
    public string Of(RunId run) => BySecond ? RunKeys.Partition(run) : RunKeys.Day(RunKeys.CreatedAt(run));

    /// <summary>As <see cref="DocumentQuery.PartitionFrom"/> it bounds a listing to that second or day and all before it.</summary>
    public string Of(DateTimeOffset time) => BySecond ? RunKeys.Partition(time) : RunKeys.Day(time);

    /// <summary>As <see cref="DocumentQuery.PartitionBefore"/> it bounds a listing to that second or day and all after it.</summary>
    public string After(DateTimeOffset time) => Of(time) + RunId.Digits[0];
}
