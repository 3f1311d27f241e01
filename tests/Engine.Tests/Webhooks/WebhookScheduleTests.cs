using ComfyFunc.Engine.Webhooks;

namespace ComfyFunc.Tests.Engine.Webhooks;

public class WebhookScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 0, 5)]
    [InlineData(1, 1, 5.5)]
    [InlineData(2, 0, 300)]
    [InlineData(9, 0, 86400)]
    public void A_failed_attempt_is_followed_by_a_longer_pause(int failed, double chance, double seconds) =>
        Assert.Equal(Now.AddSeconds(seconds), WebhookSchedule.NextAfter(failed, Now, chance));

    [Fact]
    public void After_ten_attempts_it_is_given_up() => Assert.Null(WebhookSchedule.NextAfter(10, Now, 0));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(60, 60)]
    [InlineData(1e6, 86400)]
    public void A_receiver_may_ask_for_a_longer_pause_up_to_a_day(double wished, double seconds) =>
        Assert.Equal(Now.AddSeconds(seconds), WebhookSchedule.NextAfter(1, Now, 0, TimeSpan.FromSeconds(wished)));
}
