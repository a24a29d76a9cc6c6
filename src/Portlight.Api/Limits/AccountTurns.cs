using Portlight.Storage;

namespace Portlight.Api;

/// <summary>
/// How many requests of an account are worked at while another account asks for something too, or did a moment ago: then what one floods the server with waits in a line of its own, without a thread,
/// and the next request of the other finds a processor. An account that is alone has all of them. A request has its turn from its head to its answer, but for the time that it waits for something.
/// Why: docs/decisions/0138-turns-at-the-processors.md.
/// </summary>
/// <param name="mostBesideOthers">How many.</param>
/// <param name="clock">Measures the moment.</param>
internal sealed class AccountTurns(int mostBesideOthers, TimeProvider clock)
{
    private readonly Admission _admission = new(mostOfAll: int.MaxValue, mostOfOne: int.MaxValue, mostBesideOthers, clock);

    /// <summary>Half of the processors for one account beside others, and one at least.</summary>
    public AccountTurns(TimeProvider clock)
        : this(Math.Max(1, Environment.ProcessorCount / 2), clock)
    {
    }

    /// <summary>Returns when it is the call's turn.</summary>
    /// <param name="call">The call; a turn that it has of another account is given up.</param>
    /// <param name="account">Whose turn it takes; null for nobody's, without a wait.</param>
    public async ValueTask BeginAsync(Call call, string? account)
    {
        if (account is not null && account != call.Turn)
        {
            End(call);
            await _admission.EnterAsync(account, call.Aborted);
            call.Turn = account;
        }
    }

    /// <summary>Gives up the turn of a call that has one.</summary>
    public void End(Call call)
    {
        if (call.Turn is { } account)
        {
            call.Turn = null;
            _admission.Leave(account);
        }
    }

    /// <summary>What a call awaits: if that is not there yet, others have their turn meanwhile.</summary>
    public Task Without(Call call, Task awaited)
    {
        if (!awaited.IsCompleted)
        {
            End(call);
        }

        return awaited;
    }

    /// <inheritdoc cref="Without(Call, Task)"/>
    public ValueTask Without(Call call, ValueTask awaited)
    {
        if (!awaited.IsCompleted)
        {
            End(call);
        }

        return awaited;
    }
}
