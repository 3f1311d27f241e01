using ComfyFunc.Server.Following;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

public class PreferencesTests
{
    private static readonly AnswerOptions Configured = new() { Wait = 30, Output = OutputForm.Base64, Return = ReturnForm.Minimal };

    [Theory]
    [InlineData("", "", 30, OutputForm.Base64, ReturnForm.Minimal)]
    [InlineData("wait=5", "", 5, OutputForm.Base64, ReturnForm.Minimal)]
    [InlineData("respond-async", "", 0, OutputForm.Base64, ReturnForm.Minimal)]
    [InlineData("wait=9999, return=representation", "", 220, OutputForm.Base64, ReturnForm.Representation)]
    [InlineData("respond-async, wait=7", "url", 7, OutputForm.Url, ReturnForm.Minimal)]
    public void A_call_is_answered_as_it_prefers_and_else_as_configured(string prefer, string output, int wait,
        OutputForm form, ReturnForm answer)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers["Prefer"] = prefer;
        request.QueryString = output.Length == 0 ? QueryString.Empty : new($"?output={output}");

        Assert.Equal(new Preferences(TimeSpan.FromSeconds(wait), form, answer), Preferences.Of(request, Configured));
    }

    [Theory]
    [InlineData("", true, null)]
    [InlineData("wait=9999", false, "wait=220")]
    [InlineData("wait=5, return=minimal", true, "wait=5, return=minimal")]
    [InlineData("wait=5, return=minimal", false, "wait=5")]
    [InlineData("return=representation; respond-async", false, "return=representation, respond-async")]
    [InlineData("odata.maxpagesize=5", false, null)]
    public void The_answer_says_which_preferences_it_has_honoured(string prefer, bool isMinimal, string? applied)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers["Prefer"] = prefer;
        Preferences.Tell(request, isMinimal);

        Assert.Equal("Prefer", request.HttpContext.Response.Headers.Vary);
        Assert.Equal(applied, request.HttpContext.Response.Headers["Preference-Applied"].FirstOrDefault());
    }
}
