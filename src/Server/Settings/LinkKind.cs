namespace ComfyFunc.Server.Settings;

/// <summary>Who serves a file's link.</summary>
public enum LinkKind
{
    /// <summary>The storage account, by a shared access signature.</summary>
    Sas,

    /// <summary>This server, for accounts that callers cannot reach.</summary>
    Proxy,
}
