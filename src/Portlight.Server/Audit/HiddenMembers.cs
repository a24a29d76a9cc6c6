using System.Text;

namespace Portlight.Server.Audit;

/// <summary>Members and parameters of requests that hold secrets, whatever the operation: an event shows that they were there and not what they held.</summary>
internal static class HiddenMembers
{
    public static ReadOnlySpan<byte> InsteadOfValue => "HIDDEN_DUE_TO_SECURITY_REASONS"u8;

    /// <summary>By length first: nearly every name of a request is asked for.</summary>
    public static bool Contain(ReadOnlySpan<byte> name) => name.Length switch
    {
        8 => Is(name, "userData"u8) || Is(name, "password"u8),
        9 => Is(name, "tokenCode"u8),
        10 => Is(name, "privateKey"u8),
        11 => Is(name, "oldPassword"u8) || Is(name, "newPassword"u8),
        12 => Is(name, "sessionToken"u8) || Is(name, "sharedSecret"u8),
        15 => Is(name, "secretAccessKey"u8),
        16 => Is(name, "privateKeyBase64"u8),
        18 => Is(name, "masterUserPassword"u8),
        _ => false,
    };

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> hidden) => Ascii.EqualsIgnoreCase(name, hidden);
}
