using ComfyFunc.Adapters;

namespace ComfyFunc.Server.Pool;

/// <summary>Rung when a slot may have come free or a run has begun to wait; the dispatcher listens.</summary>
public sealed class DispatchBell : Bell;
