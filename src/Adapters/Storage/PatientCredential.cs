using Azure.Core;
using Azure.Identity;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// An identity that is waited for no longer than storage is: its token belongs to the answer that a request waits for, and Azure's clients
/// have no limit for it.
/// </summary>
internal sealed class PatientCredential(TokenCredential identity, Patience patience) : TokenCredential
{
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        identity.GetToken(requestContext, cancellationToken);

    /// <exception cref="AuthenticationFailedException">It did not answer in time.</exception>
    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(CallPatience.Bound(patience.Answer), patience.Clock);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await identity.GetTokenAsync(requestContext, bounded.Token).AsTask().WaitAsync(bounded.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AuthenticationFailedException("The service that gives the identity's tokens did not answer.", e);
        }
    }
}
