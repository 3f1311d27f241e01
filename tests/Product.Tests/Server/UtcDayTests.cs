using System.Globalization;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Tests.Server;

public class UtcDayTests
{
    [Theory]
    [InlineData("2026-01-31T23:59:59Z", "20260131")]
    [InlineData("2026-02-01T00:30:00+01:00", "20260131")]
    [InlineData("0001-01-01T00:00:00Z", "00010101")]
    public void A_day_is_that_of_Greenwich(string time, string day) =>
        Assert.Equal(day, UtcDay.Of(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture)));
}
