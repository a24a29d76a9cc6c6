using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Certificates;
using Portlight.Domain;
using Portlight.Linux;

namespace Portlight.AgentHost;

/// <summary>Makes this machine a host, by a token. Asked again with the same token, after an answer was lost or because it was pasted twice, it shows the same key and gets the same certificate.</summary>
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
        var known = AgentDisk.Read(directory);
        if (known.Membership?.Trusts(token.Pin) == false)
        {
            throw OfAnother($"the host {known.Membership.Host}", directory);
        }

        DirectoryFlush.Create(directory);
        var keyPath = Path.Combine(directory, $"{KeyFile}.{token.Id}");
        using var key = ReadJoined(known.Membership, token) ?? ReadOrMakeKey(keyPath);
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
                var introduction = new Introduction(token.Pin);
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
                    TokenId = token.Id,
                    Servers = [.. token.Servers],
                    Authorities = [.. reply.Authorities.Select(authority => authority.ToByteArray())],
                    Credentials = [new HostCredential(reply.Certificate.ToByteArray(), key.ExportPkcs8PrivateKey())],
                };
                Require(membership, token, known.Installation, directory, clock);
                // The memory first: a membership without one is a machine whose memory was lost, which closes what it does not know.
                KeptFile.Create(directory, membership.InstallationId!.Value);
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
    private static void Require(HostMembership membership, JoinToken token, InstallationId? known, string directory, TimeProvider clock)
    {
        using var certificate = membership.Credentials[0].Load();
        var verdict = membership.Trust.CheckHost(certificate, clock.GetUtcNow());
        if (verdict.Host != membership.Host || !HostIdentity.IsName(membership.Host) || membership.Trusts(token.Pin) != true || membership.InstallationId is not { } joined)
        {
            throw new AgentException("the server has sent a certificate that its own authority does not know");
        }

        if (known is { } other && other != joined)
        {
            // Where the membership was lost, the rules tell.
            throw OfAnother("a host", directory);
        }
    }

    private static AgentException OfAnother(string host, string directory) =>
        new($"this machine is {host} of another installation: stop its agent, run `portlight teardown --data {directory}` and remove {directory} first");

    /// <summary>The key with which this machine has joined by the same token, which is the oldest that it has; null where it has not, or the key is none.</summary>
    private static ECDsa? ReadJoined(HostMembership? membership, JoinToken token)
    {
        if (membership is null || membership.TokenId != token.Id || membership.Credentials.IsDefaultOrEmpty || membership.Credentials[^1] is not { PrivateKey: { } bytes })
        {
            return null;
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(bytes, out _);
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose();
            return null;
        }
    }

    private static ECDsa ReadOrMakeKey(string path)
    {
        var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path))
        {
            if (PrivateFile.WhyNotPrivate(path) is { } problem)
            {
                throw new AgentException(problem);
            }

            try
            {
                var kept = ECDsa.Create();
                kept.ImportPkcs8PrivateKey(File.ReadAllBytes(path), out _);
                return kept;
            }
            catch (CryptographicException)
            {
                // Damaged: if the token was used with it the server says so, and a new token helps; if not, another key does.
            }
        }

        PrivateFile.Write(path, made.ExportPkcs8PrivateKey());
        return made;
    }
}
