using System.Collections.Immutable;

namespace ComfyFunc.Server.Startup;

/// <summary>The settings cannot be taken as they are, so nothing starts. Its message has a line for each fault.</summary>
public sealed class SettingsException(ImmutableArray<SettingFault> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    public ImmutableArray<SettingFault> Faults => faults;
}
