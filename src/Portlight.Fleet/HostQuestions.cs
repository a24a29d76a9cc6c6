using Portlight.AgentProtocol;

namespace Portlight.Fleet;

/// <summary>
/// Questions to the agent of a host. They change nothing: so what one has not answered when it went away is asked again of the one that comes, as long as <see cref="Patience"/> lasts.
/// </summary>
/// <param name="require">The agent that is connected; throws where none is.</param>
/// <param name="clock">The time.</param>
internal sealed class HostQuestions(Func<IAgent> require, TimeProvider clock)
{
    /// <summary>For the answer of an agent, or of the one that takes its place.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile TaskCompletionSource _arrival = NewArrival();
    private volatile bool _isEnding;

    /// <exception cref="AgentException">None is connected, or it cannot say.</exception>
    public async Task<T> AskAsync<T>(Func<IAgent, Task<T>> ask)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            // Before the agent is looked for: one that comes after that is not missed.
            var arrival = _arrival.Task;
            try
            {
                return await ask(require());
            }
            catch (AgentGoneException) when (!_isEnding && Left(began) > TimeSpan.Zero)
            {
                using var come = new CancellationTokenSource();
                await Task.WhenAny(arrival, Task.Delay(Left(began), clock, come.Token));
                await come.CancelAsync();
            }
        }
    }

    /// <summary>Another agent is connected.</summary>
    public void Arrived() => Interlocked.Exchange(ref _arrival, NewArrival()).TrySetResult();

    /// <summary>None will come any more.</summary>
    public void End()
    {
        _isEnding = true;
        Arrived();
    }

    private TimeSpan Left(long began) => clock.GetElapsedTime(began) is var gone && gone < Patience ? Patience - gone : TimeSpan.Zero;

    // Continuations run elsewhere: the thread that connects an agent does not ask its questions.
    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
