using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portlight.Certificates;
using Portlight.Domain;
using Portlight.Server.Tests.Audit;
using Portlight.Wire.PortlightApi;
using static Portlight.Server.Tests.HostCalls;

namespace Portlight.Server.Tests;

/// <summary>The authority for hosts is replaced: nobody is locked out, and what is answered is stored.</summary>
public sealed class HostAuthorityTests
{
    [Fact]
    public async Task The_former_authority_goes_when_every_host_has_a_certificate_of_the_new_one()
    {
        await using var server = await StartAsync();
        using var former = CertificateAuthority.Create(new InstallationId(1), server.Clock.GetUtcNow());
        using var next = CertificateAuthority.Create(new InstallationId(1), server.Clock.GetUtcNow());
        var taken = 0;
        server.Server.Hosts.Door = server.Server.Hosts.Door! with { MakeAuthority = () => Stored(next), TakeAuthorities = () => taken++ };
        await SaveAsync(server, HostName.Local, host => host with { Authorities = [Stored(former)] });
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        await JoinAsync(server, (await TokenAsync(server, "ams-01")).Token);
        await SaveAsync(server, "ams-01", host => host with { State = HostState.Revoked, Certificates = [] });
        using var connection = server.Server.Hosts.Connect("fra-07", new ScriptedAgent());
        Assert.Equal((false, ""), await RotateAsync(server, null));

        Assert.Equal((true, "fra-07"), await RotateAsync(server, "begin"));
        Assert.Equal([former.Certificate.RawData, next.Certificate.RawData], Authorities(server));
        Assert.Contains("connect again", await connection.Ended, StringComparison.Ordinal);

        // A certificate that it has and has not shown yet may have been lost on its way.
        await SaveAsync(server, "fra-07", host => host with { Certificates = [.. host.Certificates, Certificate(next, server.Clock.GetUtcNow())] });
        Assert.Equal((true, "fra-07"), await RotateAsync(server, null));
        var refused = await ServerHarness.RefusalAsync(() => RotateAsync(server, "finish"));
        Assert.Equal("InvalidInputException", refused.Type);
        Assert.Contains("fra-07 has no certificate", refused.Message, StringComparison.Ordinal);

        await SaveAsync(server, "fra-07", host => host with { Certificates = [host.Certificates[^1]] });
        Assert.Equal((true, ""), await RotateAsync(server, null));
        Assert.Equal((false, ""), await RotateAsync(server, "finish"));
        Assert.Equal([next.Certificate.RawData], Authorities(server));
        Assert.Equal(2, taken);
        var sealedKey = Convert.ToBase64String(Stored(next).SealedKey);
        Assert.DoesNotContain(await server.AuditLinesAsync(), line => line.Contains(sealedKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Steps_out_of_turn_change_nothing()
    {
        await using var server = await StartAsync();
        using var former = CertificateAuthority.Create(new InstallationId(1), server.Clock.GetUtcNow());
        await SaveAsync(server, HostName.Local, host => host with { Authorities = [Stored(former)] });
        Assert.Contains("no authority is being replaced", (await ServerHarness.RefusalAsync(() => RotateAsync(server, "finish"))).Message, StringComparison.Ordinal);
        Assert.Contains("`again`", (await ServerHarness.RefusalAsync(() => RotateAsync(server, "again"))).Message, StringComparison.Ordinal);
        await RotateAsync(server, "begin");
        Assert.Contains("finish that first", (await ServerHarness.RefusalAsync(() => RotateAsync(server, "begin"))).Message, StringComparison.Ordinal);
        Assert.Equal(2, Authorities(server).Count);
    }

    internal static HostAuthority Stored(CertificateAuthority authority) => new([.. authority.Certificate.RawData], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

    private static HostCertificate Certificate(CertificateAuthority authority, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = authority.IssueHost("fra-07", new PublicKey(key), now);
        return new HostCertificate(Trust.SerialOf(issued), "of a key", issued.NotAfter.ToUniversalTime(), [.. issued.RawData]);
    }

    private static List<byte[]> Authorities(ServerHarness server) => [.. server.Server.Store.View.FindHost(HostName.Local)!.Authorities.Select(authority => authority.Der.ToArray())];

    private static async Task<(bool IsReplacing, string WaitsFor)> RotateAsync(ServerHarness server, string? step)
    {
        var answer = await CallAsync(server, "RotateHostAuthority", new RotateHostAuthorityRequest { Step = step }, Json.RotateHostAuthorityRequest, Json.RotateHostAuthorityResponse);
        return (answer.IsReplacing, string.Join(' ', answer.WaitsFor));
    }

    private static Task SaveAsync(ServerHarness server, string name, Func<Host, Host> change) => server.Server.Store.CommitAsync((view, changes) =>
    {
        changes.Save(change(view.FindHost(name)!));
        return true;
    });
}
