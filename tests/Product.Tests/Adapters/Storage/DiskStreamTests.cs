using System.IO.Pipes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Win32.SafeHandles;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>A file is read by parts, each for as long as its disk may take. This disk is a pipe: it answers when it is told to.</summary>
public sealed class DiskStreamTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly AnonymousPipeServerStream disk = new(PipeDirection.Out);
    private readonly SafeFileHandle end;
    private readonly DiskWork work;
    private readonly DiskStream stream;

    public DiskStreamTests()
    {
        work = new(clock, new StorageMeter());
        end = new(disk.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        stream = new(new FileStream(end, FileAccess.Read, bufferSize: 0), work);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        stream.Dispose();
        end.Dispose();
        disk.Dispose();
        work.Dispose();
    }

    [Fact]
    public async Task A_part_that_comes_too_late_does_not_reach_a_buffer_that_is_another_s()
    {
        var buffer = new byte[3];
        var read = stream.ReadAsync(buffer, Cancellation).AsTask();
        clock.Advance(DiskWork.Patience);
        await Eventually.IsSoAsync(() => read.IsCompleted);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => read);
        disk.Write([1, 2, 3]);

        using var together = new CountdownEvent(DiskWork.Threads); // None is held any more.
        await Task.WhenAll(Enumerable.Range(0, DiskWork.Threads).Select(_ => work.RunAsync(
            () =>
            {
                together.Signal();
                together.Wait(Cancellation);
                return 0;
            },
            Cancellation)));
        Assert.Equal(new byte[3], buffer);
    }

    [Fact]
    public async Task What_a_part_takes_is_not_the_call_s()
    {
        using var call = CallPatience.Begin(clock);
        var read = stream.ReadAsync(new byte[1], Cancellation).AsTask();
        clock.Advance(DiskWork.Patience / 2);
        disk.Write([1]);
        Assert.Equal((1, CallPatience.Longest), (await read, call.Left));
    }

    [Fact]
    public async Task A_part_is_short_whatever_buffer_is_given()
    {
        await using var file = new DiskStream(new Local(1 << 20), work);
        Assert.Equal(64 * 1024, await file.ReadAsync(new byte[1 << 20], Cancellation));
    }

    [Fact]
    public async Task What_cannot_be_read_is_said_to_be_storage_s_fault()
    {
        await using var file = new DiskStream(new Local(1) { IsBroken = true }, work);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => file.ReadAsync(new byte[1], Cancellation).AsTask());
    }

    private sealed class Local : FileStream
    {
        public Local(int length)
            : base(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose) =>
            SetLength(length);

        public bool IsBroken { get; init; }

        public override int Read(byte[] buffer, int offset, int count) =>
            IsBroken ? throw new IOException("Input/output error") : base.Read(buffer, offset, count);
    }
}
