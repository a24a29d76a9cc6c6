using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Certificates;
using Portlight.Linux;

namespace Portlight.AgentHost;

/// <summary>Makes this machine a host, by a token. Asked again with the same token after an answer was lost, it shows the same key and gets the same certificate.</summary>
internal static class Joining
{
    private const string KeyFile = "agent.joining";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Joins; the membership is on the disk when this returns.</summary>
    /// <param name="token">What the operator has pasted.</param>
    /// <param name="directory">The data directory; made where there is none.</param>
    /// <param name="release">Of this build.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AgentException">No server has let this machine in, each with its reason.</exception>
    internal static async Task<HostMembership> JoinAsync(JoinToken token, string directory, string release, TimeProvider clock, CancellationToken cancellationToken)
    {
        // Before the token is shown to anybody: another installation's rules in this kernel would be in the way afterwards.
        if (HostMembership.Read(directory) is { } former && AuthorityPin.Find(token.Pin, former.Authorities.Select(authority => X509CertificateLoader.LoadCertificate(authority))) is null)
        {
            throw new AgentException($"this machine is the host {former.Host} of another installation: stop its agent, run `portlight teardown --data {directory}` and remove {directory} first");
        }

        DirectoryFlush.Create(directory);
        var keyPath = Path.Combine(directory, $"{KeyFile}.{token.Id}");
        using var key = ReadOrMakeKey(keyPath);
        var request = new JoinRequest
        {
            TokenId = token.Id,
            Secret = ByteString.CopyFrom(token.Secret.Span),
            SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)),
            Release = release,
        };
        var problems = new List<string>();
        foreach (var server in token.Servers)
        {
            try
            {
                var introduction = new Introduction(token.Pin, clock);
                using var channel = ServerChannel.ToJoin(server, introduction);
                using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                late.CancelAfter(Patience);
                var agents = new Agents.AgentsClient(channel);
                var introduced = await agents.IntroduceAsync(new IntroduceRequest(), cancellationToken: late.Token);
                introduction.Verify(introduced.Authorities.Select(authority => authority.ToByteArray()));
                var reply = await agents.JoinAsync(request, cancellationToken: late.Token);
                var membership = new HostMembership
                {
                    Host = reply.Host,
                    Installation = reply.Installation,
                    Servers = [.. token.Servers],
                    Authorities = [.. reply.Authorities.Select(authority => authority.ToByteArray())],
                    Credentials = [new HostCredential(reply.Certificate.ToByteArray(), key.ExportPkcs8PrivateKey())],
                };
                Require(membership, token, clock);
                // The memory first: a membership without one is a machine whose memory was lost, which closes what it does not know.
                KeptFile.Create(directory);
                membership.Write(directory);
                File.Delete(keyPath);
                return membership;
            }
            catch (RpcException refused) when (!cancellationToken.IsCancellationRequested)
            {
                problems.Add($"{server.Authority}: {(refused.StatusCode == StatusCode.Cancelled ? $"it has not answered for {Patience.TotalSeconds:0} s" : ServerChannel.Describe(refused))}");
            }
            catch (AgentException stranger)
            {
                problems.Add($"{server.Authority}: {stranger.Message}");
            }
        }

        throw new AgentException(string.Join("; ", problems));
    }

    /// <summary>A server that passed the pin is believed; that what it has sent is whole is looked at all the same, before it replaces anything.</summary>
    private static void Require(HostMembership membership, JoinToken token, TimeProvider clock)
    {
        using var certificate = membership.Credentials[0].Load();
        var verdict = membership.Trust.CheckHost(certificate, clock.GetUtcNow());
        if (verdict.Host != membership.Host || !HostIdentity.IsName(membership.Host) || AuthorityPin.Find(token.Pin, membership.Authorities.Select(authority => X509CertificateLoader.LoadCertificate(authority))) is null)
        {
            throw new AgentException("the server has sent a certificate that its own authority does not know");
        }

        _ = membership.InstallationId;
    }

    private static ECDsa ReadOrMakeKey(string path)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path))
        {
            PrivateFile.Require(path);
            key.ImportPkcs8PrivateKey(File.ReadAllBytes(path), out _);
        }
        else
        {
            PrivateFile.Write(path, key.ExportPkcs8PrivateKey());
        }

        return key;
    }
}
