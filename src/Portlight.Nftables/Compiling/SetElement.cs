namespace Portlight.Nftables.Compiling;

/// <summary>
/// One element: a key, for an interval set also the key of its end, for a verdict map the chain that is jumped to, for another map the value. Equal by content, so that what the kernel
/// lists can be compared with what is wanted.
/// </summary>
internal sealed class SetElement : IEquatable<SetElement>
{
    private readonly int _hash;

    internal SetElement(byte[] key, byte[]? keyEnd = null, string? jump = null, byte[]? value = null)
    {
        Key = key;
        KeyEnd = keyEnd;
        Jump = jump;
        Value = value;
        var hash = new HashCode();
        hash.AddBytes(key);
        if (keyEnd is not null)
        {
            hash.AddBytes(keyEnd);
        }

        _hash = hash.ToHashCode();
    }

    internal byte[] Key { get; }

    internal byte[]? KeyEnd { get; }

    internal string? Jump { get; }

    internal byte[]? Value { get; }

    public bool Equals(SetElement? other) =>
        other is not null
        && _hash == other._hash
        && Key.AsSpan().SequenceEqual(other.Key)
        && (KeyEnd is null) == (other.KeyEnd is null)
        && KeyEnd.AsSpan().SequenceEqual(other.KeyEnd)
        && Jump == other.Jump
        && (Value is null) == (other.Value is null)
        && Value.AsSpan().SequenceEqual(other.Value);

    public override bool Equals(object? obj) => Equals(obj as SetElement);

    public override int GetHashCode() => _hash;
}
