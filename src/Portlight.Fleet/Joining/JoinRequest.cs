using System.Collections.Immutable;

namespace Portlight.Fleet;

/// <summary>What an agent shows that wants to join.</summary>
/// <param name="TokenId">The first 8 bytes of its token, in hexadecimal.</param>
/// <param name="Secret">The 16 bytes behind them.</param>
/// <param name="PublicKey">The key that it wants a certificate for: SubjectPublicKeyInfo, DER.</param>
/// <param name="From">Where it called from, for the audit log.</param>
internal sealed record JoinRequest(string TokenId, ImmutableArray<byte> Secret, ImmutableArray<byte> PublicKey, string From);
