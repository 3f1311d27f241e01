namespace ComfyFunc.Server.Settings;

/// <summary>What a caller may do.</summary>
public enum Role
{
    /// <summary>Nothing but what needs no key.</summary>
    None,

    /// <summary>Is a host: says that it is there, and what has ended on it.</summary>
    Host,

    /// <summary>Calls workflows, and sees the runs of its client.</summary>
    Run,

    /// <summary>Saves and deletes workflows, too, and speaks for the ComfyUI that they are made in.</summary>
    Author,

    /// <summary>Manages hosts, keys and webhooks, too, and sees every run.</summary>
    Admin,
}

/// <summary>Which role suffices for what.</summary>
public static class RoleRules
{
    /// <summary>Each may do what those before it may, but for callers of workflows: they are no hosts.</summary>
    public static bool May(this Role role, Role needed) => role >= needed && !(role is Role.Run && needed is Role.Host);
}
