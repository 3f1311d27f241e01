using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Callers;

/// <summary>Who sent a request.</summary>
/// <param name="Client">Whose runs these are; empty where callers are not told apart.</param>
public sealed record Caller(string Client, Role Role)
{
    /// <summary>The workflows that it may use.</summary>
    public NameScope Scope { get; init; } = NameScope.All;

    /// <summary>The hosts that it may speak for.</summary>
    public NameScope Hosts { get; init; } = NameScope.All;

    /// <summary>Everybody, where no keys are asked for.</summary>
    public static Caller Anybody { get; } = new("", Role.Admin);

    /// <summary>Whether what a client has made is this caller's to see. That another client's exists is no business of his.</summary>
    public bool Sees(string client) => Role is Role.Admin || client == Client;
}

/// <summary>Carries the caller through a request.</summary>
public static class RequestCaller
{
    private static readonly object Key = new();

    public static Caller Caller(this HttpRequest request) =>
        request.HttpContext.Items.TryGetValue(Key, out var caller) && caller is Caller known ? known : Callers.Caller.Anybody;

    internal static void SetCaller(this HttpRequest request, Caller caller) => request.HttpContext.Items[Key] = caller;
}
