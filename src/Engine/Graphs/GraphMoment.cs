namespace ComfyFunc.Engine.Graphs;

/// <summary>What the browser takes from the moment in which it queues: the date, and the dice of dynamic prompts.</summary>
/// <param name="Now">Stands for <c>%date:…%</c>; without it the text stays as it is, and the report says so.</param>
/// <param name="Draw">Chooses one of so many; without it the first is taken.</param>
public sealed record GraphMoment(DateTimeOffset? Now = null, Func<int, int>? Draw = null)
{
    public static GraphMoment None { get; } = new();
}
