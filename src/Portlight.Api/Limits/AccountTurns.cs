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
    private string? _last;
    private long _lastShared;

    /// <summary>Half of the processors for one account beside others, and one at least.</summary>
    public AccountTurns(TimeProvider clock)
        : this(Math.Max(1, Environment.ProcessorCount / 2), clock)
    {
    }

    /// <summary>Returns when it is the call's turn.</summary>
    /// <param name="call">The call; a turn that it has of another account is given up.</param>
    /// <param name="account">Whose turn it takes; null for nobody's, without a wait.</param>
    public ValueTask BeginAsync(Call call, string? account) =>
        account is null || account == call.Turn || IsAlone(account) ? ValueTask.CompletedTask : new ValueTask(EnterAsync(call, account));

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

    private async Task EnterAsync(Call call, string account)
    {
        End(call);
        await _admission.EnterAsync(account, call.Aborted);
        call.Turn = account;
    }

    /// <summary>Whether no other account has asked for anything for a moment: then nothing is counted, and no lock is taken. Each change of accounts is counted, so what counts knows of it.</summary>
    private bool IsAlone(string account)
    {
        if (account == Volatile.Read(ref _last))
        {
            return clock.GetElapsedTime(Volatile.Read(ref _lastShared)) >= Admission.Remembered;
        }

        Volatile.Write(ref _lastShared, clock.GetTimestamp());
        Volatile.Write(ref _last, account);
        return false;
    }
}
