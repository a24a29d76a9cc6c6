namespace Portlight.Storage;

/// <summary>
/// The chain that makes tampering show. The last member of each event's line is <c>"chain":{"sequence":N,"hash":"…"}</c>; the hash is SHA-256, in lower-case
/// hexadecimal, over the hash of the event before (its 64 characters), the sequence number in decimal, a line feed, and the event's text as it was before the
/// member was added. Whoever changes, removes or inserts an event has to change every later line, here and in every copy.
/// </summary>
public static class AuditChain
{
    /// <summary>What stands for the event before the first.</summary>
    public static string Genesis { get; } = new('0', 64);

    // Append(previousHash, sequence, eventJson, IBufferWriter<byte> output) → hash ; TryVerify(line, previous AuditAnchor, out AuditAnchor next, out problem): to be written.
}
