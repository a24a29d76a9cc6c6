using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;

namespace Portlight.AgentStream.Server;

/// <summary>Questions that wait for their answers: a few at a time, none for long.</summary>
internal sealed class Questions(string host, Func<FromServer, CancellationToken, Task> send, TimeSpan patience, TimeProvider clock)
{
    /// <summary>More are refused; an agent looks at its machine for each.</summary>
    internal const int MaxOpen = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, TaskCompletionSource<Answer>> _open = [];
    private ulong _last;
    private Exception? _ended;

    /// <exception cref="AgentException">There is no answer, or it says why there is none.</exception>
    internal async Task<Answer> AskAsync(Question question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_ended is not null)
            {
                throw _ended;
            }

            if (_open.Count >= MaxOpen)
            {
                throw new AgentException($"the host {host} is being asked {MaxOpen} questions already; ask again");
            }

            question.Id = ++_last;
            _open.Add(question.Id, answer);
        }

        try
        {
            using var late = new CancellationTokenSource(patience, clock);
            using var given = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            try
            {
                await send(new FromServer { Question = question }, given.Token).WaitAsync(given.Token).ConfigureAwait(false);
                var answered = await answer.Task.WaitAsync(given.Token).ConfigureAwait(false);
                return answered.KindCase == Answer.KindOneofCase.Failure ? throw new AgentException(AgentText.Read(answered.Failure)) : answered;
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new AgentException($"the host {host} has not answered for {patience.TotalSeconds:0.#} s");
            }
        }
        finally
        {
            lock (_lock)
            {
                _open.Remove(question.Id);
            }
        }
    }

    /// <summary>Takes an answer. One that comes too late is dropped.</summary>
    /// <exception cref="StreamFaultException">Nobody has asked.</exception>
    internal void Take(Answer answer)
    {
        TaskCompletionSource<Answer>? open;
        lock (_lock)
        {
            if (answer.Id == 0 || answer.Id > _last)
            {
                throw new StreamFaultException("the agent answers what it was not asked");
            }

            open = _open.GetValueOrDefault(answer.Id);
        }

        open?.TrySetResult(answer);
    }

    internal void End(Exception reason)
    {
        List<TaskCompletionSource<Answer>> open;
        lock (_lock)
        {
            _ended = reason;
            open = [.. _open.Values];
        }

        open.ForEach(one => one.TrySetException(reason));
    }
}
