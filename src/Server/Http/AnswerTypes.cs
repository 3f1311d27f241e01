namespace ComfyFunc.Server.Http;

/// <summary>Content types that tell apart what a call may be answered with besides a run.</summary>
public static class AnswerTypes
{
    public const string Minimal = "application/json;profile=minimal";
    public const string Explanation = "application/json;profile=explanation";
}
