using System.ComponentModel;
using System.Diagnostics;

namespace ComfyFunc.Tests.Azurite;

/// <summary>Starts programs that come with Node.js, and says what is missing when they do not start.</summary>
internal static class NodeTool
{
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"'{start.FileName}' did not start.");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException(
                $"'{start.FileName}' could not be started. The storage emulator needs Node.js on the PATH.", e);
        }
    }
}
