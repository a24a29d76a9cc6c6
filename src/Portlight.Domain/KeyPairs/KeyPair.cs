using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>An SSH key pair of a region. Only the default key pair keeps its private half, because DownloadDefaultKeyPair gives it out.</summary>
public sealed record KeyPair
{
    /// <summary>The name under which instances show the default key pair (captured from the service).</summary>
    public const string DefaultName = "LightsailDefaultKeyPair";

    public required Scope Scope { get; init; }

    public required string Name { get; init; }

    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>An OpenSSH line, <c>ssh-rsa AAAA…</c>.</summary>
    public required string PublicKey { get; init; }

    /// <summary>20 bytes as colon-separated hexadecimal.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>PEM text of the default key pair's private half, sealed by the store's key file; null for every other.</summary>
    public byte[]? SealedPrivateKey { get; init; }

    public ImmutableSortedDictionary<string, string?> Tags { get; init; } = Domain.Tags.None;

    public string Arn => Scope.Arn(ResourceType.KeyPair, Id);
}
