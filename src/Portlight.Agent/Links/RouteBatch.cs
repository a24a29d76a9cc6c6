using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Links;

/// <summary>
/// rtnetlink requests that go to the kernel in one datagram: it works through all of them within one system call, whatever happens to this process
/// meanwhile. Unlike nf_tables this is no transaction: a refused request does not stop those behind it.
/// </summary>
internal sealed class RouteBatch(NetlinkSocket socket) : IDisposable
{
    private const ushort Request = 1;
    private const ushort Acknowledge = 4;

    private readonly List<(uint Sequence, string What, int Tolerated)> _sent = [];

    internal NetlinkWriter Writer { get; } = new(2048);

    internal bool IsEmpty => _sent.Count == 0;

    /// <summary>Begins a request. End it with <see cref="End"/>.</summary>
    /// <param name="type">RTM_…</param>
    /// <param name="flags">NLM_F_… beyond request and acknowledgement.</param>
    /// <param name="what">What is asked for, for the error text.</param>
    /// <param name="tolerated">An error number that means the goal is reached already; 0 for none.</param>
    internal void Begin(ushort type, ushort flags, string what, int tolerated = 0)
    {
        var sequence = socket.NextSequence();
        _sent.Add((sequence, what, tolerated));
        Writer.BeginMessage(type, (ushort)(flags | Request | Acknowledge), sequence);
    }

    internal void End() => Writer.EndMessage();

    /// <summary>Sends what was begun and waits for every answer.</summary>
    /// <exception cref="LabException">The first refusal, with the kernel's own text.</exception>
    internal void Commit()
    {
        if (_sent.Count == 0)
        {
            return;
        }

        LabException? first = null;
        try
        {
            socket.Send(Writer.Written);
            for (var answered = 0; answered < _sent.Count;)
            {
                var reader = new NetlinkReader(socket.Receive());
                while (reader.TryRead(out var message))
                {
                    var at = message.Type == MessageError ? IndexOf(message.Sequence) : -1;
                    if (at < 0)
                    {
                        continue;
                    }

                    answered++;
                    var answer = NetlinkError.Read(message);
                    if (answer.Errno != 0 && answer.Errno != _sent[at].Tolerated)
                    {
                        first ??= Refused(answer.ToException(_sent[at].What));
                    }
                }
            }
        }
        catch (NetlinkException exception)
        {
            throw Refused(exception);
        }
        finally
        {
            _sent.Clear();
            Writer.Clear();
        }

        if (first is not null)
        {
            throw first;
        }
    }

    public void Dispose() => Writer.Dispose();

    private const ushort MessageError = 2;

    private int IndexOf(uint sequence) => _sent.FindIndex(sent => sent.Sequence == sequence);

    private static LabException Refused(NetlinkException exception) => new(exception.Message, exception);
}
