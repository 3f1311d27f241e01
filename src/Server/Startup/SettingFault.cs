namespace ComfyFunc.Server.Startup;

/// <summary>A setting that cannot be taken as it is.</summary>
/// <param name="Path">Where it is, such as <c>ComfyFunc:Callers:0:Role</c>.</param>
/// <param name="Text">What is wrong with it, to be read after the path.</param>
public sealed record SettingFault(string Path, string Text)
{
    public override string ToString() => $"{Path} {Text}";
}
