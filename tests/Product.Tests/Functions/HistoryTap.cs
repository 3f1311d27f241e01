using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.DurableTask.Protobuf;

namespace ComfyFunc.Tests.Functions;

/// <summary>Listens on the line from the durable runtime to its worker: keeps each orchestration's history as of its latest turn.</summary>
internal sealed class HistoryTap : Interceptor
{
    private readonly ConcurrentDictionary<string, DurableHistory> histories = new();

    public DurableHistory Of(string instance) => histories[instance];

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, context);
        var heard = new Heard<TResponse>(call.ResponseStream, Note);
        return new(heard, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private void Note(object? message)
    {
        if (message is WorkItem { OrchestratorRequest: { } turn })
        {
            histories[turn.InstanceId] = DurableHistory.AsOf(turn);
        }
    }

    private sealed class Heard<T>(IAsyncStreamReader<T> inner, Action<object?> note) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            var isThere = await inner.MoveNext(cancellationToken);
            note(isThere ? Current : null);
            return isThere;
        }
    }
}
