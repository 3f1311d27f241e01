using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Runs;

/// <summary>Says why the façade itself could not carry a command out, in words that give nothing away.</summary>
internal static class StepFailures
{
    public static string Describe(RunCommand command, Exception e) => $"{WhatOf(command)} failed: {WhyOf(e)}";

    private static string WhatOf(RunCommand command) => command switch
    {
        RunCommand.Place or RunCommand.Enqueue => "Placing it on a host",
        RunCommand.Collect => "Storing its outputs",
        RunCommand.Inspect or RunCommand.StopPrompt => "Asking its host",
        _ => "A step of it",
    };

    private static string WhyOf(Exception e) => e switch
    {
        StorageFullException => "storage is full.",
        StorageUnavailableException => "storage does not answer.",
        InvalidDataException => e.Message, // Thrown here, about what is missing from storage.
        _ => "something went wrong in the server; its log says what.",
    };
}
