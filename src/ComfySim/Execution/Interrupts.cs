namespace ComfyFunc.ComfySim.Execution;

/// <summary>ComfyUI's one global interrupt flag: set from outside, cleared when it bites and when a prompt starts.</summary>
internal sealed class Interrupts
{
    private readonly Lock gate = new();
    private TaskCompletionSource raised = NewSignal();

    public Task Raised
    {
        get
        {
            lock (gate)
            {
                return raised.Task;
            }
        }
    }

    public void Raise()
    {
        lock (gate)
        {
            raised.TrySetResult();
        }
    }

    public void Reset()
    {
        lock (gate)
        {
            if (raised.Task.IsCompleted)
            {
                raised = NewSignal();
            }
        }
    }

    public void ThrowIfRaised()
    {
        lock (gate)
        {
            if (!raised.Task.IsCompleted)
            {
                return;
            }

            raised = NewSignal();
        }

        throw new InterruptedPromptException();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The prompt was interrupted: neither a success nor an error.</summary>
internal sealed class InterruptedPromptException : Exception;
