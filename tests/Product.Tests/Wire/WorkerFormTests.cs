using System.Text.Json;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ComfyFunc.Tests.Wire;

/// <summary>What the worker on Functions makes of what goes through orchestrations: runs in flight hold it, so its form stays.</summary>
public class WorkerFormTests
{
    private static readonly DateTimeOffset At = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<object, string> Forms => new()
    {
        { new RunAdvance("r", "{\"a\":1}", 3), """{"Run":"r","Event":"{\u0022a\u0022:1}","Step":3}""" },
        { new RunPause(At, 3), """{"Until":"2026-05-01T12:00:00+00:00","Step":3}""" },
        { new RunPause(null, 9), """{"Until":null,"Step":9}""" },
        { new KeptRun("r", At, 3), """{"Run":"r","Until":"2026-05-01T12:00:00+00:00","Step":3}""" },
        { new RunLook("r", 3, true), """{"Run":"r","Step":3,"IsLeft":true}""" },
        { "r", "\"r\"" },
    };

    [Theory]
    [MemberData(nameof(Forms), DisableDiscoveryEnumeration = true)]
    public void The_worker_writes_and_reads_it_as_ever(object value, string json)
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.Services.Configure<JsonSerializerOptions>(StoredJson.AddTo);
        using var app = builder.Build();
        var worker = app.Services.GetRequiredService<IOptions<WorkerOptions>>().Value.Serializer!; // The builder has set it.

        Assert.Equal(json, worker.Serialize(value, value.GetType(), Cancellation).ToString());
        Assert.Equal(value, worker.Deserialize(BinaryData.FromString(json).ToStream(), value.GetType(), Cancellation));
        Assert.Equal(json, JsonSerializer.Serialize(value, value.GetType(), Stored.Orchestrated));
    }
}
