using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.Wire;

namespace Portlight.Testing;

/// <summary>
/// What the test wants to go wrong. Of several faults that fit a call the one that was asked for first happens. A call that fails by one is answered, and recorded in the audit log, as the
/// service answers it; nothing of it is carried out.
/// </summary>
public sealed class Faults
{
    /// <summary>For a fault of every operation.</summary>
    public const string EveryOperation = "*";

    private ImmutableArray<Answered> _answers = [];
    private ImmutableArray<Refused> _refusals = [];
    private ImmutableArray<Held> _holds = [];
    private Func<long, string?> _nameOf = _ => null;

    internal Faults()
    {
    }

    /// <summary>An operation answers with one of the errors that its API reference lists (<see cref="DocumentedErrors.Of"/>), or one that all AWS services have.</summary>
    /// <param name="operation">As <c>PutInstancePublicPorts</c>, or <see cref="EveryOperation"/>.</param>
    /// <param name="error">By its name in the reference, as <c>NotFoundException</c>.</param>
    /// <param name="times">How often; null for until it is lifted.</param>
    /// <param name="when">For which calls; null for all.</param>
    /// <param name="message">The text for the caller; null for one that says that a test asked for it.</param>
    /// <exception cref="ArgumentException">There is no such operation here, or its reference does not list the error.</exception>
    public Fault Answer(string operation, string error, int? times = null, Func<FaultedCall, bool>? when = null, string? message = null)
    {
        if (DocumentedErrors.Problem(operation, error) is { } problem)
        {
            throw new ArgumentException(problem);
        }

        var fault = new Fault(times, Lift);
        Add(ref _answers, new Answered(fault, operation, error, when ?? (_ => true), message ?? $"{error}, because the test asked for it"));
        return fault;
    }

    /// <summary>An operation answers <c>ThrottlingException</c> (<c>Throttling</c> from IAM and STS) with <c>Retry-After</c>, at which SDKs wait and try again by themselves.</summary>
    /// <inheritdoc cref="Answer"/>
    public Fault Throttle(string operation = EveryOperation, int? times = null, Func<FaultedCall, bool>? when = null) => Answer(operation, nameof(ThrottlingException), times, when, "Rate exceeded");

    /// <summary>
    /// The kernel refuses an instance's ports (or the instance, when it is made): the operation fails with the reason, and what was in force stays in force. Until it is lifted every
    /// change of that instance is refused.
    /// </summary>
    /// <param name="reason">The reason that the kernel gives, which the operation's <c>errorDetails</c> repeat.</param>
    /// <param name="times">How often; null for until it is lifted.</param>
    /// <param name="instance">For which instances, by name; null for all.</param>
    public Fault RefuseInKernel(string reason = "no buffer space available", int? times = null, Func<string, bool>? instance = null)
    {
        var fault = new Fault(times, Lift);
        Add(ref _refusals, new Refused(fault, reason, instance ?? (_ => true)));
        return fault;
    }

    /// <summary>
    /// The kernel's confirmations do not come, until it is lifted: a change of ports answers with an operation that is <c>Started</c> once
    /// <see cref="PortlightServerOptions.ConfirmTimeout"/> has passed, and that is <c>Succeeded</c> after the fault was lifted.
    /// </summary>
    public Fault HoldConfirmations()
    {
        var fault = new Fault(null, Lift);
        Add(ref _holds, new Held(fault, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        return fault;
    }

    internal void NamesAre(Func<long, string?> nameOf) => _nameOf = nameOf;

    /// <summary>What a call is to fail with; null for nothing.</summary>
    internal LightsailException? Find(string operation, string accessKeyId, Func<string> body)
    {
        var answers = _answers;
        if (answers.IsEmpty)
        {
            return null;
        }

        FaultedCall? call = null;
        foreach (var answer in answers)
        {
            if (answer.Operation != EveryOperation && answer.Operation != operation || !answer.When(call ??= new FaultedCall(operation, accessKeyId, body())) || !answer.Fault.TryHappen())
            {
                continue;
            }

            return DocumentedErrors.Make(operation, answer.Error, answer.Message);
        }

        return null;
    }

    /// <summary>Why the kernel refuses this state; null when it takes it.</summary>
    internal string? Refusal(DesiredInstance wanted)
    {
        foreach (var refusal in _refusals)
        {
            if (refusal.Instance(_nameOf(wanted.Index) ?? "") && refusal.Fault.TryHappen())
            {
                return refusal.Reason;
            }
        }

        return null;
    }

    /// <summary>Completes when no confirmation is held back any more.</summary>
    internal async Task ConfirmationsAsync(CancellationToken cancellationToken)
    {
        while (_holds is [var first, ..])
        {
            first.Fault.TryHappen();
            await first.Lifted.Task.WaitAsync(cancellationToken);
        }
    }

    private void Lift(Fault fault)
    {
        ImmutableInterlocked.Update(ref _answers, all => all.RemoveAll(one => one.Fault == fault));
        ImmutableInterlocked.Update(ref _refusals, all => all.RemoveAll(one => one.Fault == fault));
        var held = _holds.FirstOrDefault(one => one.Fault == fault);
        ImmutableInterlocked.Update(ref _holds, all => all.RemoveAll(one => one.Fault == fault));
        held?.Lifted.TrySetResult();
    }

    private static void Add<T>(ref ImmutableArray<T> all, T one) => ImmutableInterlocked.Update(ref all, (before, added) => before.Add(added), one);

    private sealed record Answered(Fault Fault, string Operation, string Error, Func<FaultedCall, bool> When, string Message);

    private sealed record Refused(Fault Fault, string Reason, Func<string, bool> Instance);

    private sealed record Held(Fault Fault, TaskCompletionSource Lifted);
}
