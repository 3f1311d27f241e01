namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// The account does not let itself be used as it is: the key or the identity is refused, or a table or the container is gone. It works
/// again once somebody has mended that.
/// </summary>
/// <param name="code">The service's own word, such as <c>AuthorizationFailure</c> or <c>TableNotFound</c>; empty where it said none.
/// </param>
public sealed class StorageRefusedException(int status, string code) : StorageUnavailableException($"Storage answered {status} {code}.")
{
    /// <summary>The HTTP status of the answer.</summary>
    public int Status => status;

    public string Code => code;
}
