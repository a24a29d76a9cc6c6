using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>What is wanted of one of several instances: looked at, done, kept, undone. What becomes of one does not depend on the others, so a failure is a state of it and ends nothing.</summary>
public abstract class InstanceChange(InstanceView instance)
{
    public string Name => Instance.Name;

    public ChangeState State { get; private set; } = ChangeState.Unread;

    /// <summary>Why nothing is done, why it is refused, or what came of it; null where there is nothing to say.</summary>
    public string? Words { get; private set; }

    /// <summary>What becomes of its packets.</summary>
    public virtual IReadOnlyList<PortChangeEffect> Effects => [];

    /// <summary>How many effects there are beside these.</summary>
    public virtual int FurtherEffects => 0;

    /// <summary>Which present connections it would cut; null while that is not known.</summary>
    public virtual CutByChange? Cut => null;

    /// <summary>What it does in words, where packets do not say it.</summary>
    public virtual string? Difference => null;

    /// <summary>Whether there is a way back from it here.</summary>
    public virtual bool CanBeUndone => true;

    protected InstanceView Instance { get; } = instance;

    /// <summary>Asks what it would do.</summary>
    internal Task LookAsync(ApiCaller caller, CancellationToken cancellation) => RunAsync(() => AskAsync(caller, cancellation), ChangeState.Forbidden, ChangeState.Forbidden);

    /// <summary>Does it, if it is still to what was looked at.</summary>
    internal Task ApplyAsync(ApiCaller caller, HowToApply how, CancellationToken cancellation)
    {
        Become(ChangeState.Doing);
        return RunAsync(() => DoAsync(caller, how, cancellation), ChangeState.Refused, ChangeState.NotKnown);
    }

    /// <summary>Confirms what waits to be confirmed, or reverts it.</summary>
    internal Task AnswerAsync(ApiCaller caller, bool isKept, CancellationToken cancellation) =>
        RunAsync(() => ConfirmAsync(caller, isKept, cancellation), ChangeState.NotKnown, ChangeState.NotKnown);

    /// <summary>Makes it as it was before, unless it has been changed since.</summary>
    internal Task UndoAsync(ApiCaller caller, CancellationToken cancellation)
    {
        Become(ChangeState.Doing);
        return RunAsync(() => RevertAsync(caller, cancellation), ChangeState.NotUndone, ChangeState.NotKnown);
    }

    /// <summary>Follows what becomes of the instance while its change waits to be confirmed.</summary>
    internal virtual void Follow(InstanceView now)
    {
    }

    private protected abstract Task AskAsync(ApiCaller caller, CancellationToken cancellation);

    private protected abstract Task DoAsync(ApiCaller caller, HowToApply how, CancellationToken cancellation);

    private protected abstract Task RevertAsync(ApiCaller caller, CancellationToken cancellation);

    /// <summary>Only for what becomes <see cref="ChangeState.Waits"/>.</summary>
    private protected virtual Task ConfirmAsync(ApiCaller caller, bool isKept, CancellationToken cancellation) => Task.CompletedTask;

    protected void Become(ChangeState state, string? words = null) => (State, Words) = (state, words);

    /// <summary>Only the end of the session is the others' matter, too.</summary>
    /// <param name="calls">What is asked or done.</param>
    /// <param name="failed">What it is when the server says no.</param>
    /// <param name="unanswered">What it is when the server does not say: it may have been done.</param>
    private async Task RunAsync(Func<Task> calls, ChangeState failed, ChangeState unanswered)
    {
        try
        {
            await calls();
        }
        catch (ApiException exception) when (exception.Kind is not ApiFault.SignedOut)
        {
            Become(exception.Kind switch { ApiFault.Changed => ChangeState.Conflict, ApiFault.Unreachable => unanswered, _ => failed }, exception.Message);
        }
    }
}

/// <summary>How far one of several instances is.</summary>
public enum ChangeState
{
    Unread,

    /// <summary>It makes no difference.</summary>
    Nothing,

    /// <summary>It would be refused, or is not valid.</summary>
    Forbidden,

    /// <summary>It would be done.</summary>
    Ready,

    Doing,

    /// <summary>It was done, and is reverted unless it is confirmed.</summary>
    Waits,

    Done,

    /// <summary>It was tried and refused.</summary>
    Refused,

    /// <summary>It has changed since it was looked at, and nothing was done.</summary>
    Conflict,

    /// <summary>It was tried, and no answer came: whether it was done is not known.</summary>
    NotKnown,

    Undone,

    /// <summary>It was to be undone and could not be.</summary>
    NotUndone,
}
