using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>
/// Hands the Durable client to code that no trigger called, such as the listeners. Only a binding can make one, so every function that has the
/// binding leaves it here; the sweep, which runs at start, is the first.
/// </summary>
public sealed class DurableClientSource
{
    private readonly TaskCompletionSource<DurableTaskClient> first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Offer(DurableTaskClient client) => first.TrySetResult(client);

    public Task<DurableTaskClient> GetAsync(CancellationToken cancellationToken) => first.Task.WaitAsync(cancellationToken);
}
