using System.Net;
using Azure.Core;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>A service that gives no token holds nobody longer than storage that does not answer.</summary>
public sealed class SilentIdentityTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly SilentIdentity identity = new();
    private readonly AnsweringStorage storage = new((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound)));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => storage.Dispose();

    [Fact]
    public async Task All_who_wait_for_a_token_are_refused_when_one_has_waited_long_enough_and_others_at_once()
    {
        var table = storage.Over(clock, identity);
        Task<Document?>[] asked = [table.FindAsync("p", "r", Cancellation), table.FindAsync("p", "s", Cancellation)];
        clock.Advance(TimeSpan.FromSeconds(7.9));
        Assert.DoesNotContain(asked, a => a.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.All(await Task.WhenAll(asked.Select(Record)), e => Assert.IsType<StorageUnavailableException>(e));
        Assert.IsType<StorageUnavailableException>(await Record(table.FindAsync("p", "t", Cancellation)));
        Assert.Equal((1, 0), (identity.Asked, storage.Asked));
    }

    [Fact]
    public async Task A_call_waits_for_what_is_left_of_its_patience()
    {
        var table = storage.Over(clock, identity);
        using var call = CallPatience.Begin(clock);
        using (call.Waiting())
        {
            clock.Advance(TimeSpan.FromSeconds(6));
        }

        var asked = table.FindAsync("p", "r", Cancellation);
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.IsType<StorageUnavailableException>(await Record(asked));
    }

    [Fact]
    public async Task It_goes_on_when_the_token_comes()
    {
        var table = storage.Over(clock, identity);
        var refused = table.FindAsync("p", "r", Cancellation);
        clock.Advance(TimeSpan.FromSeconds(8));
        Assert.IsType<StorageUnavailableException>(await Record(refused));
        clock.Advance(TimeSpan.FromSeconds(2));
        var asked = table.FindAsync("p", "r", Cancellation);
        identity.Answer();

        Assert.Null(await asked);
    }

    [Fact]
    public async Task Who_asks_no_more_is_told_nothing_of_storage()
    {
        var table = storage.Over(clock, identity);
        using var gone = new CancellationTokenSource();
        var asked = table.FindAsync("p", "r", gone.Token);
        await gone.CancelAsync();

        Assert.IsAssignableFrom<OperationCanceledException>(await Record(asked));
    }

    private static async Task<Exception?> Record(Task asked) =>
        await Xunit.Record.ExceptionAsync(() => asked.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));

    /// <summary>It minds no cancellation either, until it answers whoever has asked.</summary>
    private sealed class SilentIdentity : TokenCredential
    {
        private readonly TaskCompletionSource<AccessToken> answer = new();

        public int Asked { get; private set; }

        public void Answer() => answer.SetResult(new("token", DateTimeOffset.MaxValue));

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Asked++;
            return new(answer.Task);
        }
    }
}
