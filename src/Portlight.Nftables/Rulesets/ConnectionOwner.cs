using System.Security.Cryptography;
using Portlight.Domain;

namespace Portlight.Nftables;

/// <summary>
/// By what connections remember an attachment. Never given to another, so that one that gets the device or an address of an earlier one does not inherit its
/// connections.
/// </summary>
/// <param name="Installation">28 bits of it count: two installations that follow one another on a machine have the same codes once in 268 million.</param>
/// <param name="Number">The instance's index, which an installation gives once.</param>
public sealed record ConnectionOwner(InstallationId Installation, uint Number)
{
    internal ulong Code { get; } = OwnerCode.Of(Installation, Number);

    /// <summary>One that nobody has had: for an attachment of which it is not known whose it is.</summary>
    public static ConnectionOwner Fresh() =>
        new(new InstallationId(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))), BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));
}
