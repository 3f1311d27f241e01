using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>
/// Hands the Durable client to code that no trigger called, such as the listeners. Only a binding can make one, so every function that has
/// the binding leaves it here. In a process where none has run yet there is no client, and nobody waits for one: it may never come.
/// </summary>
public sealed class DurableClientSource
{
    private volatile DurableTaskClient? latest;

    public DurableTaskClient? Current => latest;

    public void Offer(DurableTaskClient client) => latest = client;
}
