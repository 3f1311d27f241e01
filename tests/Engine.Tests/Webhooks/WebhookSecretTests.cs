using System.Text;
using ComfyFunc.Engine.Webhooks;

namespace ComfyFunc.Tests.Engine.Webhooks;

public class WebhookSecretTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1614265330);

    [Fact]
    public void The_published_vector_is_met() =>
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", Sign(Secret));

    [Fact]
    public void Each_secret_of_a_rotation_has_its_signature()
    {
        var fresh = WebhookSecret.Of(new byte[WebhookSecret.Bytes]);

        Assert.Equal($"{Sign(fresh)} {Sign(Secret)}", Sign(fresh, Secret));
    }

    private static string Sign(params string[] secrets) =>
        WebhookSecret.Sign(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", At, Encoding.UTF8.GetBytes("""{"test": 2432232314}"""));
}
