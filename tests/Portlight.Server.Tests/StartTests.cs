using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.TestKit;

namespace Portlight.Server.Tests;

/// <summary>The order of a start: addresses, agent, store, kernel. Whatever fails, nothing after it has begun, and nothing before it is left.</summary>
public sealed class StartTests : IDisposable
{
    private const string Account = "111122223333";

    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("portlight-start-");
    private readonly ScriptedAgent _agent = new();
    private int _openedAgents;

    private string DataDirectory => Path.Combine(_scratch.FullName, "data");

    public void Dispose() => _scratch.Delete(recursive: true);

    public static TheoryData<string> TakenAddresses => ["listen", "second listen", "metrics"];

    [Theory]
    [MemberData(nameof(TakenAddresses))]
    public async Task A_start_on_a_taken_port_leaves_neither_an_installation_nor_a_bound_port(string which)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var busy = new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}");
        var free = new Uri("http://127.0.0.1:21710");
        var options = which switch
        {
            "listen" => Options with { Listen = [busy] },
            "second listen" => Options with { Listen = [free, busy] },
            _ => Options with { Listen = [free], Metrics = busy },
        };

        var refused = await Assert.ThrowsAsync<IOException>(() => StartAsync(options));

        Assert.Equal($"cannot listen on {busy.GetLeftPart(UriPartial.Authority)}: another program listens there", refused.Message);
        AssertNothingBegan();
        using var again = new TcpListener(IPAddress.Loopback, free.Port);
        again.Start();
    }

    [Fact]
    public async Task A_start_on_an_address_that_this_machine_has_not_says_so()
    {
        var refused = await Assert.ThrowsAsync<IOException>(() => StartAsync(Options with { Listen = [new Uri("http://192.0.2.1:0")] }));
        Assert.Equal("cannot listen on http://192.0.2.1:0: this machine has no such address", refused.Message);
        AssertNothingBegan();
    }

    public static TheoryData<string> UselessPems => ["another key", "an encrypted key", "a certificate for a key", "no PEM at all", "a file that is not there"];

    [Theory]
    [MemberData(nameof(UselessPems))]
    public async Task A_start_with_a_certificate_that_cannot_be_used_says_so(string what)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var keyText = what switch
        {
            "another key" => other.ExportPkcs8PrivateKeyPem(),
            "an encrypted key" => key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)),
            "a certificate for a key" => certificate.ExportCertificatePem(),
            _ => "nothing of use",
        };
        var certificatePath = Path.Combine(_scratch.FullName, "certificate.pem");
        var keyPath = Path.Combine(_scratch.FullName, "key.pem");
        await File.WriteAllTextAsync(certificatePath, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        if (what != "a file that is not there")
        {
            await File.WriteAllTextAsync(keyPath, keyText, TestContext.Current.CancellationToken);
        }

        var refused = await Assert.ThrowsAnyAsync<IOException>(() => StartAsync(Options with { Listen = [new Uri("https://127.0.0.1:0")], TlsCertificate = certificatePath, TlsKey = keyPath }));

        Assert.Contains(keyPath, refused.Message, StringComparison.Ordinal);
        AssertNothingBegan();
    }

    [Fact]
    public async Task A_start_whose_agent_refuses_leaves_no_installation()
    {
        await Assert.ThrowsAsync<AgentException>(() => PortlightServer.StartAsync(
            Options, (_, _) => throw new AgentException("taken"), TimeProvider.System, _ => { }, TestContext.Current.CancellationToken));
        AssertNothingBegan();
    }

    [Fact]
    public async Task A_start_on_a_damaged_database_does_not_reach_the_kernel()
    {
        Directory.CreateDirectory(DataDirectory);
        await File.WriteAllTextAsync(Path.Combine(DataDirectory, DataFiles.Database), new string('x', 8192), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<StoreException>(() => StartAsync(Options));
        Assert.Equal((1, 0), (_openedAgents, _agent.Synchronisations));
    }

    [Fact]
    public async Task A_start_that_the_kernel_refuses_lets_go_of_everything()
    {
        _agent.FailOnce(new AgentException("no"));
        await Assert.ThrowsAsync<AgentException>(() => StartAsync(Options));

        await using var server = await StartAsync(Options);
        Assert.NotEmpty(server.Addresses);
    }

    [Fact]
    public async Task A_client_that_connects_during_the_start_is_answered_when_the_kernel_holds_what_is_stored()
    {
        using var client = new HttpClient();
        var release = _agent.Hold();
        Task<HttpResponseMessage>? early = null;
        var starting = PortlightServer.StartAsync(
            Options,
            (bound, _) =>
            {
                early = client.GetAsync(new Uri(bound.Listen[0], "/healthz"), TestContext.Current.CancellationToken);
                return _agent;
            },
            TimeProvider.System,
            _ => { },
            TestContext.Current.CancellationToken);
        await _agent.Asked;
        Assert.False(early!.IsCompleted);

        release();
        await using var server = await starting;
        using var answer = await early;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Localhost_stays_localhost_and_answers_in_both_families()
    {
        const int port = 21711;
        await using var server = await StartAsync(Options with { Listen = [new Uri($"http://localhost:{port}")] });
        Assert.Equal(new Uri($"http://localhost:{port}"), Assert.Single(server.Addresses));
        using var client = new HttpClient();
        foreach (var host in Socket.OSSupportsIPv6 ? new[] { "127.0.0.1", "[::1]" } : ["127.0.0.1"])
        {
            using var answer = await client.GetAsync(new Uri($"http://{host}:{port}/healthz"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task An_installation_whose_ports_the_kernel_filters_does_not_start_to_record_unless_it_is_told_to()
    {
        await using (var server = await StartAsync(Options))
        {
            await server.Store.SaveAsync((_, changes) => changes.Save(Attached(changes.NewIndex(), "web-1", new Attachment.Lab())), TestContext.Current.CancellationToken);
            await server.Store.SaveAsync((_, changes) => changes.Save(Attached(changes.NewIndex(), "web-2", new Attachment.ThisHost([], []))), TestContext.Current.CancellationToken);
            await server.Store.SaveAsync((_, changes) => changes.Save(Attached(changes.NewIndex(), "noted", new Attachment.Recorded())), TestContext.Current.CancellationToken);
        }

        var before = _agent.Synchronisations;
        _agent.Enforces = false;
        var refused = await Assert.ThrowsAsync<AgentException>(() => StartAsync(Options));
        Assert.Equal(
            "the ports of web-1, web-2 are the kernel's to filter, and that is not possible here: the kernel is not at hand; repair that, or say --enforce record to go on without filtering",
            refused.Message);
        Assert.Equal(before, _agent.Synchronisations);

        await using (var told = await StartAsync(Options with { Enforce = EnforceMode.Record }))
        {
            Assert.Equal("web-1, web-2", told.Unenforced);
        }

        _agent.Enforces = true;
        await using var enforced = await StartAsync(Options);
        Assert.Null(enforced.Unenforced);
    }

    [Fact]
    public async Task A_data_directory_is_one_installation_for_good_and_a_damaged_id_is_not_replaced()
    {
        var seen = new List<InstallationId>();
        for (var i = 0; i < 2; i++)
        {
            await using var server = await PortlightServer.StartAsync(
                Options,
                (_, installation) =>
                {
                    seen.Add(installation);
                    return _agent;
                },
                TimeProvider.System,
                _ => { },
                TestContext.Current.CancellationToken);
        }

        Assert.Equal(seen[0], seen[1]);
        Assert.Equal(seen[0], InstallationFile.Read(DataDirectory));
        var path = Path.Combine(DataDirectory, InstallationFile.Name);
        await File.WriteAllTextAsync(path, "0000", TestContext.Current.CancellationToken);
        Assert.Contains(path, (await Assert.ThrowsAsync<StoreException>(() => StartAsync(Options))).Message, StringComparison.Ordinal);
        Assert.Equal(0, _openedAgents);
    }

    private static Instance Attached(long index, string name, Attachment attachment) => new()
    {
        Scope = new Scope(Account, "us-east-1"),
        Name = name,
        Id = Guid.NewGuid(),
        Index = index,
        CreatedAt = DateTimeOffset.UnixEpoch,
        AvailabilityZone = "us-east-1a",
        BlueprintId = "ubuntu_22_04",
        BundleId = "nano_3_0",
        Attachment = attachment,
        Ports = PortSet.Empty,
        State = InstanceState.Running,
        KeyPairName = KeyPair.DefaultName,
    };

    private ServeOptions Options => new() { Account = Account, DataDirectory = DataDirectory, Listen = [new Uri("http://127.0.0.1:0")] };

    private Task<PortlightServer> StartAsync(ServeOptions options) => PortlightServer.StartAsync(
        options,
        (_, _) =>
        {
            _openedAgents++;
            return _agent;
        },
        TimeProvider.System,
        _ => { },
        TestContext.Current.CancellationToken);

    private void AssertNothingBegan()
    {
        Assert.Equal((0, 0), (_openedAgents, _agent.Synchronisations));
        Assert.False(Directory.Exists(DataDirectory));
    }
}
