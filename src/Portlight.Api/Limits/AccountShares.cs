using System.Collections.Concurrent;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>
/// What the requests of one account may cost the others: the work of its policies and simulations, of very large requests and answers, in steps as
/// <see cref="Policies.EvaluationBudget"/> counts them; and the memory of large answers that are still on their way. Ordinary requests cost next to nothing here: the number
/// of requests is <see cref="RateLimiter"/>'s. Only accounts with a verified key get a share.
/// </summary>
internal sealed class AccountShares(TimeProvider clock)
{
    /// <summary>Steps a second, and as many at once: about a twentieth of one processor.</summary>
    internal const long StepsPerSecond = 20_000_000;

    /// <summary>Bytes of large answers that wait to be read, by all callers of one account together.</summary>
    internal const int MostHeld = 16 << 20;

    /// <summary>Requests and answers up to this length are ordinary.</summary>
    private const int Ordinary = 64 << 10;

    private const int StepsPerByte = 4;

    private readonly ConcurrentDictionary<string, Share> _shares = new(StringComparer.Ordinal);

    public Share Of(string accountId) => _shares.GetOrAdd(accountId, static (_, clock) => new Share(clock), clock);

    /// <summary>One account's.</summary>
    internal sealed class Share(TimeProvider clock)
    {
        private readonly TokenBucket _bucket = new(StepsPerSecond, StepsPerSecond, clock);
        private long _held;

        /// <summary>
        /// How long it takes until earlier requests are paid for; zero when a request may begin. What one costs is known afterwards, so the share may be overdrawn by those
        /// that are under way.
        /// </summary>
        public TimeSpan Overdrawn() => _bucket.UntilAny;

        /// <summary>Pays for a request.</summary>
        /// <param name="steps">What its policies took.</param>
        /// <param name="request">Bytes of its body.</param>
        /// <param name="answer">Bytes of its answer.</param>
        public void Pay(long steps, int request, int answer)
        {
            var cost = steps + ((long)StepsPerByte * (Math.Max(0, request - Ordinary) + Math.Max(0, answer - Ordinary)));
            if (cost > 0)
            {
                _bucket.Take(cost);
            }
        }

        /// <summary>Holds the memory of an answer until it has been sent. A single answer is always let through.</summary>
        /// <exception cref="ThrottlingException">Too many answers of the account wait to be read.</exception>
        public void Hold(int answer)
        {
            if (answer > Ordinary && Interlocked.Add(ref _held, answer) is var all && all > MostHeld && all > answer)
            {
                Interlocked.Add(ref _held, -answer);
                throw new ThrottlingException("Rate exceeded: too many large answers of this account wait to be read");
            }
        }

        public void Release(int answer)
        {
            if (answer > Ordinary)
            {
                Interlocked.Add(ref _held, -answer);
            }
        }
    }
}
