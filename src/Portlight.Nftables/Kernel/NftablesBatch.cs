using System.Diagnostics;
using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;
using static Portlight.Nftables.Kernel.NftablesMessages;

namespace Portlight.Nftables.Kernel;

/// <summary>
/// One transaction on our tables: messages between a batch's begin and end. The kernel does all of them or none, and no packet sees anything between. Only the
/// last message asks for an acknowledgement: the kernel answers it, and any message it objects to.
/// </summary>
internal sealed class NftablesBatch : IDisposable
{
    // nla_len is a 16-bit field; the longest element is far below what is left.
    private const int ElementListLimit = 65000;

    private readonly NetlinkSocket _socket;
    private readonly NetlinkWriter _writer;
    private readonly string _table;
    private readonly List<(uint Sequence, string Operation, string Subject)> _messages = [];
    private int _lastMessage;
    private uint _setNumber;

    internal NftablesBatch(NetlinkSocket socket, string table = TableName)
    {
        _socket = socket;
        _table = table;
        _writer = new NetlinkWriter();
    }

    /// <summary>Which table the messages that follow are for.</summary>
    internal TableFamily Family { get; set; }

    private bool IsEmpty => _messages.Count <= 1;

    internal int Length => _writer.Length;

    /// <summary>Starts anew. With a generation, the kernel refuses (ERESTART) if anybody committed anything since it was read.</summary>
    internal void Begin(uint? generation = null)
    {
        _writer.Clear();
        _messages.Clear();
        var sequence = _socket.NextSequence();
        _messages.Add((sequence, "begin", "a transaction"));
        _writer.BeginMessage(BatchBegin, FlagRequest, sequence);
        _writer.Raw(BatchHeader);
        if (generation is { } id)
        {
            _writer.U32BigEndian(BatchAttributes.Generation, id);
        }

        _writer.EndMessage();
    }

    /// <summary>Makes the table, or claims one that has lost its owner.</summary>
    internal void AddTable(TableMark mark)
    {
        Message(NewTable, FlagCreate, "make", "the table");
        _writer.Text(TableAttributes.Name, _table);
        if (mark.Flags != 0)
        {
            _writer.U32BigEndian(TableAttributes.Flags, mark.Flags);
        }

        _writer.Bytes(TableAttributes.Userdata, mark.Userdata);
        _writer.EndMessage();
    }

    internal void RemoveTable()
    {
        Message(DeleteTable, 0, "remove", "the table");
        _writer.Text(TableAttributes.Name, _table);
        _writer.EndMessage();
    }

    internal void AddSet(SetSpec set)
    {
        Message(NewSet, FlagCreate | FlagExclusive, "make set", set.Name);
        SetWriter.Write(_writer, _table, set, ++_setNumber);
        _writer.EndMessage();
    }

    internal void RemoveSet(string set)
    {
        Message(DeleteSet, 0, "remove set", set);
        _writer.Text(SetAttributes.Table, _table);
        _writer.Text(SetAttributes.Name, set);
        _writer.EndMessage();
    }

    internal void AddChain(ChainSpec chain)
    {
        Message(NewChain, FlagCreate | FlagExclusive, "make chain", chain.Name);
        _writer.Text(ChainAttributes.Table, _table);
        _writer.Text(ChainAttributes.Name, chain.Name);
        if (chain.Hook is { } hook)
        {
            _writer.Text(ChainAttributes.Type, "filter");
            _writer.U32BigEndian(ChainAttributes.Policy, 1); // policy accept: the rules close, and only for what is attached
            var nested = _writer.BeginNested(ChainAttributes.Hook);
            _writer.U32BigEndian(HookAttributes.Number, hook.Hook);
            _writer.U32BigEndian(HookAttributes.Priority, (uint)hook.Priority);
            _writer.EndNested(nested);
        }

        _writer.EndMessage();
    }

    internal void RemoveChain(string chain)
    {
        Message(DeleteChain, 0, "remove chain", chain);
        _writer.Text(ChainAttributes.Table, _table);
        _writer.Text(ChainAttributes.Name, chain);
        _writer.EndMessage();
    }

    /// <summary>Removes every rule of the chain.</summary>
    internal void FlushChain(string chain)
    {
        Message(DeleteRule, 0, "flush chain", chain);
        _writer.Text(RuleAttributes.Table, _table);
        _writer.Text(RuleAttributes.Chain, chain);
        _writer.EndMessage();
    }

    internal void AddRule(string chain, RuleSpec rule)
    {
        Message(NewRule, FlagCreate | FlagAppend, "add a rule to chain", chain);
        _writer.Text(RuleAttributes.Table, _table);
        _writer.Text(RuleAttributes.Chain, chain);
        var expressions = _writer.BeginNested(RuleAttributes.Expressions);
        _writer.Raw(rule.Expressions);
        _writer.EndNested(expressions);
        _writer.Bytes(RuleAttributes.Userdata, rule.Userdata);
        _writer.EndMessage();
    }

    internal void AddElements(string set, ReadOnlySpan<SetElement> elements) => Elements(NewElement, FlagCreate, "add elements to set", set, elements);

    /// <summary>Elements as the kernel has listed them, with what they have counted; those of one set one after the other.</summary>
    internal void AddListed(List<(string Set, byte[] Element)> elements)
    {
        for (var i = 0; i < elements.Count;)
        {
            var set = elements[i].Set;
            Message(NewElement, FlagCreate, "take over elements of set", set);
            _writer.Text(ElementListAttributes.Table, _table);
            _writer.Text(ElementListAttributes.Set, set);
            var list = _writer.BeginNested(ElementListAttributes.Elements);
            for (; i < elements.Count && elements[i].Set == set && _writer.NestedLength(list) < ElementListLimit; i++)
            {
                var element = _writer.BeginNested(ListAttributes.Element);
                _writer.Raw(elements[i].Element);
                _writer.EndNested(element);
            }

            _writer.EndNested(list);
            _writer.EndMessage();
        }
    }

    internal void RemoveElements(string set, ReadOnlySpan<SetElement> elements) => Elements(DeleteElement, 0, "remove elements from set", set, elements);

    /// <summary>Commits. When it returns, packets meet the new table. False: there was nothing to commit.</summary>
    /// <exception cref="RulesetRefusedException">The kernel refused; nothing was applied.</exception>
    internal bool Commit()
    {
        if (IsEmpty)
        {
            return false;
        }

        var acknowledged = _messages[^1].Sequence;
        _writer.AddFlags(_lastMessage, FlagAck);
        _writer.BeginMessage(BatchEnd, FlagRequest, _socket.NextSequence());
        _writer.Raw(BatchHeader);
        _writer.EndMessage();
        _socket.Send(_writer.Written);
        if (ReadAnswer(acknowledged) is { } refusal)
        {
            throw ToException(refusal);
        }

        return true;
    }

    /// <summary>Lets the kernel check the transaction without doing it: a batch without an end is checked and reverted. Every objection is listed.</summary>
    internal List<(string Operation, string Subject, NetlinkError Error)> Check()
    {
        _socket.Send(_writer.Written);
        var objections = new List<(string, string, NetlinkError)>();
        while (_socket.TryReceiveQueued(out var datagram))
        {
            var reader = new NetlinkReader(datagram);
            while (reader.TryRead(out var message))
            {
                if (message.Type != NetlinkError.MessageType || NetlinkError.Read(message) is not { Errno: not 0 } error)
                {
                    continue;
                }

                (_, var operation, var subject) = Find(error.Sequence);
                objections.Add((operation, subject, error));
            }
        }

        return objections;
    }

    public void Dispose() => _writer.Dispose();

    private void Elements(ushort type, ushort flags, string operation, string set, ReadOnlySpan<SetElement> elements)
    {
        for (var i = 0; i < elements.Length;)
        {
            Message(type, flags, operation, set);
            _writer.Text(ElementListAttributes.Table, _table);
            _writer.Text(ElementListAttributes.Set, set);
            var list = _writer.BeginNested(ElementListAttributes.Elements);
            for (; i < elements.Length && _writer.NestedLength(list) < ElementListLimit; i++)
            {
                ElementWriter.Write(_writer, elements[i], withValue: type == NewElement);
            }

            _writer.EndNested(list);
            _writer.EndMessage();
        }
    }

    // An interval is two elements of the kernel's, one after the other: where it begins, and where it has ended.
    private void Message(ushort type, ushort flags, string operation, string subject)
    {
        var sequence = _socket.NextSequence();
        _messages.Add((sequence, operation, subject));
        _lastMessage = _writer.Length;
        _writer.BeginMessage(type, (ushort)(flags | FlagRequest), sequence);
        _writer.Raw(Header(Family));
    }

    // The kernel has queued every answer before send returned, errors in the order of the messages; an error for the batch's begin is about the whole of it.
    private NetlinkError? ReadAnswer(uint acknowledged)
    {
        NetlinkError? first = null;
        var answered = false;
        while (!answered && _socket.TryReceiveQueued(out var datagram))
        {
            var reader = new NetlinkReader(datagram);
            while (reader.TryRead(out var message))
            {
                if (message.Type != NetlinkError.MessageType || message.Sequence < _messages[0].Sequence)
                {
                    continue;
                }

                var answer = NetlinkError.Read(message);
                if (answer.Errno != 0)
                {
                    first ??= answer;
                }

                answered |= answer.Sequence == acknowledged;
            }
        }

        return answered || first is not null ? first : throw new NetlinkException("the kernel did not answer a transaction", Errno.EAGAIN);
    }

    private RulesetRefusedException ToException(NetlinkError error)
    {
        (_, var operation, var subject) = Find(error.Sequence);
        return new RulesetRefusedException(operation, subject, error);
    }

    private (uint Sequence, string Operation, string Subject) Find(uint sequence)
    {
        Debug.Assert(_messages.Count > 0, "a batch has a beginning");
        return _messages.Find(message => message.Sequence == sequence) is { Operation: not null } found ? found : _messages[0];
    }
}
