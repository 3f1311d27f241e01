namespace ComfyFunc.Server.Settings;

/// <summary>What a caller may do; each may do what those before it may.</summary>
public enum Role
{
    /// <summary>Nothing but what needs no key.</summary>
    None,

    /// <summary>Calls workflows, and sees the runs of its client.</summary>
    Run,

    /// <summary>Saves and deletes workflows.</summary>
    Author,

    /// <summary>Manages hosts, keys and webhooks, and sees every run.</summary>
    Admin,
}
