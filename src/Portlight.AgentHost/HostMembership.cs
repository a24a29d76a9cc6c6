using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portlight.AgentProtocol;
using Portlight.Certificates;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>
/// What makes this machine a host of an installation, as it is kept in <c>DIR/agent.json</c>, mode 0600: the private key is in it. Replaced whole.
/// </summary>
internal sealed record HostMembership
{
    internal const string FileName = "agent.json";

    public required string Host { get; init; }

    /// <summary>16 hexadecimal digits; the rules in the kernel carry it.</summary>
    public required string Installation { get; init; }

    /// <summary>Where servers listen for agents.</summary>
    public required ImmutableArray<Uri> Servers { get; init; }

    /// <summary>Certificates of the authorities that are trusted, in DER.</summary>
    public required ImmutableArray<byte[]> Authorities { get; init; }

    /// <summary>The newest first. The one before it stays until the newest has been seen to work.</summary>
    public required ImmutableArray<HostCredential> Credentials { get; init; }

    [JsonIgnore]
    internal InstallationId InstallationId => Domain.InstallationId.TryParse(Installation, out var id) ? id : throw new AgentException($"{FileName} names the installation `{Installation}`, which is none");

    [JsonIgnore]
    internal Trust Trust => new(Authorities.Select(authority => X509CertificateLoader.LoadCertificate(authority)));

    /// <summary>Null where this machine has not joined.</summary>
    /// <exception cref="AgentException">The file is damaged or open to others.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static HostMembership? Read(string directory)
    {
        if (File.Exists(Path.Combine(directory, FileName)))
        {
            RequirePrivate(directory);
        }

        return ReadOpen(directory);
    }

    /// <exception cref="AgentException">Others can read the private key.</exception>
    internal static void RequirePrivate(string directory) => PrivateFile.Require(Path.Combine(directory, FileName));

    /// <summary>The same, though others can read it: what is to be enforced does not depend on that.</summary>
    internal static HostMembership? ReadOpen(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), MembershipJson.Default.HostMembership) is { Credentials.IsDefaultOrEmpty: false, Servers.IsDefaultOrEmpty: false } read
                ? read
                : throw new AgentException($"{path} is damaged: join again with a new token");
        }
        catch (JsonException exception)
        {
            throw new AgentException($"{path} is damaged: join again with a new token", exception);
        }
    }

    /// <exception cref="IOException">It is not on the disk; the former one is.</exception>
    internal void Write(string directory) => PrivateFile.Write(Path.Combine(directory, FileName), JsonSerializer.SerializeToUtf8Bytes(this, MembershipJson.Default.HostMembership));
}

/// <summary>A key and the certificate for it.</summary>
/// <param name="Certificate">In DER.</param>
/// <param name="PrivateKey">PKCS #8.</param>
internal sealed record HostCredential(byte[] Certificate, byte[] PrivateKey)
{
    /// <summary>With its private key.</summary>
    /// <exception cref="AgentException">The two are damaged, or do not belong together.</exception>
    internal X509Certificate2 Load()
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(PrivateKey, out _);
            using var alone = X509CertificateLoader.LoadCertificate(Certificate);
            return alone.CopyWithPrivateKey(key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new AgentException($"the key or the certificate in {HostMembership.FileName} is damaged: join again with a new token", exception);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(HostMembership))]
internal sealed partial class MembershipJson : JsonSerializerContext;
