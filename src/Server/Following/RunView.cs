using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>How much of a run is shown, and to whom.</summary>
/// <param name="HasInputs">Whether what it was called with is shown.</param>
/// <param name="HasClient">Whether it is shown whose run it is.</param>
public readonly record struct RunView(OutputView Outputs, bool HasInputs = true, bool HasClient = false)
{
    /// <summary>For who may follow a run without being known.</summary>
    public static RunView ForAnybody { get; } = new(new OutputView(OutputForm.Url), HasInputs: false);

    /// <summary>For whoever sent the request: administrators see whose run it is.</summary>
    public static RunView For(HttpRequest request, OutputView outputs, bool hasInputs = true) =>
        new(outputs, hasInputs, request.Caller().Role is Role.Admin);
}
