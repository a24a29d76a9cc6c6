using Portlight.Storage;

namespace Portlight.Server.Operations;

/// <summary>
/// Thrown inside a decision: what the caller's policies were asked about is no longer what is stored. Policies are not evaluated on the store's one thread, so the
/// question is asked again on the request's own and the decision begins anew; see <see cref="CallCommit"/>.
/// </summary>
/// <param name="askAgain">Asks about what is committed now.</param>
/// <exception cref="Wire.LightsailException">Of <paramref name="askAgain"/>: the caller may not.</exception>
internal sealed class StaleAnswerException(Action<IStoreView> askAgain) : Exception("what was asked about has changed")
{
    public void AskAgain(IStoreView view) => askAgain(view);
}
