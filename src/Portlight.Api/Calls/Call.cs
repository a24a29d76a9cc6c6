using Portlight.Domain;
using Portlight.Policies;
using Portlight.Wire.Query;

namespace Portlight.Api;

/// <summary>One request on its way: its caller, from where, and what for. Made by the pipeline, read by an operation.</summary>
internal sealed class Call
{
    private List<(AccessQuestion Question, Decision? Decision)>? _decisions;
    private long _earlierSteps;
    private int? _askedForGood;

    public required string RequestId { get; init; }

    /// <summary>
    /// When the request had come, its body included: the time that everything it does carries, and that decides what has expired. A caller can send the last
    /// byte as late as it likes, so the time of the headers would be a time of its choosing.
    /// </summary>
    public required DateTimeOffset Now { get; set; }

    public RequestOrigin Origin { get; init; } = RequestOrigin.Unknown;

    /// <summary>The operation; null until it is known.</summary>
    public OperationEntry? Entry { get; set; }

    /// <summary>The operation's name, <c>PutInstancePublicPorts</c>; empty until it is known.</summary>
    public string Operation => Entry?.Name ?? "";

    /// <summary>Whether it speaks the Query protocol, so that even what cannot be read of it is answered in XML.</summary>
    public bool SpeaksQuery { get; init; }

    /// <summary>The parameters of a Query request; null for JSON, and until they are read.</summary>
    public QueryRequest? Query { get; set; }

    public Principal Principal { get; set; } = Principal.Nobody;

    /// <summary>The region of the credential scope.</summary>
    public string Region { get; set; } = "";

    public Scope Scope => new(Principal.AccountId, Region);

    /// <summary>Whether it was asked, and found, that the caller may: without this nothing is written and nothing answered.</summary>
    public bool IsAuthorized { get; set; }

    /// <summary>What was asked of the caller's policies, in order; without a decision where the root of the account asked.</summary>
    public IReadOnlyList<(AccessQuestion Question, Decision? Decision)> Decisions => _decisions ?? [];

    /// <summary>Keeps a decision for the audit log.</summary>
    public void Keep(AccessQuestion question, Decision? decision) => (_decisions ??= new(1)).Add((question, decision));

    /// <summary>Ends when the answer may go out: see <see cref="RefusalBrake"/>.</summary>
    public Task AnswersAfter { get; set; } = Task.CompletedTask;

    /// <summary>What pays for the evaluation of policies, all questions of the request together.</summary>
    public EvaluationBudget Budget { get; private set; } = new(EvaluationBudget.StepsOfRequest);

    /// <summary>
    /// What is asked from here on is asked again when the call writes, of what it rests on then; what was asked before stays. Without it, that is what was asked before
    /// the write.
    /// </summary>
    public void AskAhead() => _askedForGood ??= Decisions.Count;

    /// <summary>The call is about to prepare a write.</summary>
    public void BeginToWrite() => AskAhead();

    /// <summary>A write is prepared, perhaps not for the first time: the questions that belong to it are asked anew.</summary>
    public void BeginToAsk()
    {
        _decisions?.RemoveRange(_askedForGood!.Value, _decisions.Count - _askedForGood.Value);
        NoteSteps(Budget.Spent);
        Budget = new EvaluationBudget(EvaluationBudget.StepsOfRequest);
    }

    /// <summary>Steps that evaluations of the call have taken, those of a simulation and of questions that were asked again included.</summary>
    public long StepsTaken => Budget.Spent + _earlierSteps;

    /// <summary>Notes steps that were not paid from <see cref="Budget"/>.</summary>
    public void NoteSteps(long steps) => _earlierSteps += steps;

    /// <summary>Bytes of the answer that are held until it is sent.</summary>
    public int HeldAnswer { get; set; }

    /// <summary>Ends long work when nobody waits for its answer any more.</summary>
    public CancellationToken Aborted { get; init; }

    /// <summary>What the audit log is told.</summary>
    public AuditNotes Audit { get; init; } = new();

    /// <summary>The entity tag of the <c>If-Match</c> header without its quotes; null when there is none.</summary>
    public string? IfMatch { get; init; }

    /// <summary>Entity tag that the answer carries in <c>ETag</c>.</summary>
    public string? EntityTag { get; set; }

    /// <summary>The time in which the change must be confirmed, or it is undone; null when the request does not ask for that.</summary>
    public TimeSpan? ConfirmWithin { get; set; }

    /// <summary>When the change is undone unless it is confirmed: the answer tells it.</summary>
    public DateTimeOffset? ConfirmBy { get; set; }

    /// <summary>What was in force when the connection of the request was made.</summary>
    public ConnectionStart Connection { get; init; } = new(0);

    /// <summary>The account whose turn it has at the processors; null while it has none.</summary>
    public string? Turn { get; set; }

    /// <summary>The resource that the request is about, for the log.</summary>
    public string? Resource { get; set; }
}
