using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Outputs;

/// <summary>How a run's outputs are shown.</summary>
public readonly record struct OutputView(OutputForm Form, Rendition? Rendition = null);
