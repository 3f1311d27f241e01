namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// What the browser takes from the moment in which it queues: the date, and the dice of dynamic prompts. Without one, the texts that need
/// it stay as they are, and the conversion lists them: each run has a moment of its own.
/// </summary>
/// <param name="Now">Stands for <c>%date:…%</c>.</param>
/// <param name="Draw">Chooses one of so many; without it the first is taken.</param>
public sealed record GraphMoment(DateTimeOffset Now, Func<int, int>? Draw = null);
