using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portlight.Certificates;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Storage.Sqlite;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Bench;

/// <summary>A data directory whose hosts have joined already, h0, h1, …, and what they show. Stored directly, because joining is not what is measured.</summary>
internal sealed class FleetDirectory : IDisposable
{
    private readonly DataDirectory _data;
    private readonly CertificateAuthority _authority;

    private FleetDirectory(DataDirectory data, CertificateAuthority authority, IReadOnlyList<X509Certificate2> shown)
    {
        (_data, _authority, Shown) = (data, authority, shown);
    }

    public string Path => _data.Path;

    public AwsCredentials Credentials => _data.Credentials;

    public Trust Trust => new(_authority.Certificate);

    /// <summary>Of each host, with its private key, which is one and the same.</summary>
    public IReadOnlyList<X509Certificate2> Shown { get; }

    /// <summary>Instances i0, i1, … are on these hosts in turn.</summary>
    public static async Task<FleetDirectory> MakeAsync(int hosts, int instances)
    {
        var (data, now) = (await DataDirectory.WithInstancesAsync(0), TimeProvider.System.GetUtcNow());
        var authority = CertificateAuthority.Create(InstallationFile.Read(data.Path)!.Value, now);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = new PublicKey(key);
        var shown = new List<X509Certificate2>();
        var sealedKey = KeyFile.OpenOrCreate(System.IO.Path.Combine(data.Path, "secret.key")).Seal(authority.ExportPrivateKey());
        await using var store = SqliteStore.Open(System.IO.Path.Combine(data.Path, "portlight.db"), TimeProvider.System);
        await store.CommitAsync((view, changes) =>
        {
            changes.Save(view.FindHost(HostName.Local)! with { Authorities = [new HostAuthority([.. authority.Certificate.RawData], sealedKey)] });
            return true;
        });
        foreach (var some in Enumerable.Range(0, hosts).Chunk(500))
        {
            var certificates = some.Select(number => authority.IssueHost($"h{number}", publicKey, now)).ToList();
            shown.AddRange(certificates.Select(certificate => certificate.CopyWithPrivateKey(key)));
            await store.CommitAsync((_, changes) =>
            {
                foreach (var (number, certificate) in some.Zip(certificates))
                {
                    changes.Save(new Host
                    {
                        Name = $"h{number}",
                        Zone = "us-east-1a",
                        State = HostState.Active,
                        CreatedAt = now,
                        JoinedAt = now,
                        Certificates = [new HostCertificate(Trust.SerialOf(certificate), "", certificate.NotAfter.ToUniversalTime(), [.. certificate.RawData])],
                    });
                }

                return true;
            });
        }

        foreach (var some in Enumerable.Range(0, instances).Chunk(500))
        {
            await store.CommitAsync((_, changes) =>
            {
                foreach (var number in some)
                {
                    changes.Save(DataDirectory.InstanceOf(number, changes.NewIndex(), $"h{number % hosts}"));
                }

                return true;
            });
        }

        return new FleetDirectory(data, authority, shown);
    }

    public void Dispose()
    {
        foreach (var certificate in Shown)
        {
            certificate.Dispose();
        }

        _authority.Dispose();
        _data.Dispose();
    }
}
