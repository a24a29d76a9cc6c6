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
        using var joined = ReadJoined(known.Membership, token);
        using var key = joined ?? ReadKey(keyPath) ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new JoinRequest
        {
            TokenId = token.Id,
            Secret = ByteString.CopyFrom(token.Secret.Span),
            SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)),
            Release = release,
        };
        var (problems, isRefused) = (new List<string>(), false);
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
                if (joined is null)
                {
                    // The answer may be lost, so the key is kept first: not before, a server that is not reached has seen none.
                    PrivateFile.Write(keyPath, key.ExportPkcs8PrivateKey());
                }

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
                ForgetKeys(directory);
                return membership;
            }
            catch (RpcException refused) when (!cancellationToken.IsCancellationRequested)
            {
                isRefused |= refused.StatusCode == StatusCode.PermissionDenied;
                problems.Add($"{server.Authority}: {(refused.StatusCode == StatusCode.Cancelled ? $"it has not answered for {Patience.TotalSeconds:0} s" : ServerChannel.Describe(refused))}");
            }
            catch (AgentException stranger)
            {
                problems.Add($"{server.Authority}: {stranger.Message}");
            }
        }

        if (isRefused)
        {
            File.Delete(keyPath); // nothing is to be had by it any more
        }

        throw new AgentException(string.Join("; ", problems));
    }

    /// <summary>Those of attempts whose answers were lost, too: this machine has joined by another token since.</summary>
    private static void ForgetKeys(string directory)
    {
        foreach (var path in Directory.GetFiles(directory, KeyFile + ".*"))
        {
            File.Delete(path);
        }
    }

    private static void Require(HostMembership membership, JoinToken token, InstallationId? known, string directory, TimeProvider clock)
    {
        membership.RequireSound(clock.GetUtcNow());
        if (membership.Trusts(token.Pin) != true || membership.InstallationId is not { } joined)
        {
            throw new AgentException("the server does not name the authority of the token, or no installation");
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
    private static ECDsa? ReadJoined(HostMembership? membership, JoinToken token) =>
        membership is not null && membership.TokenId == token.Id && !membership.Credentials.IsDefaultOrEmpty && membership.Credentials[^1] is { PrivateKey: { } bytes } ? Import(bytes) : null;

    /// <summary>The key of an attempt whose answer was lost; null where there is none. What is damaged is none: if the token was used with it the server says so, and a new token helps; if not, another key does.</summary>
    private static ECDsa? ReadKey(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        return PrivateFile.WhyNotPrivate(path) is { } problem ? throw new AgentException(problem) : Import(File.ReadAllBytes(path));
    }

    private static ECDsa? Import(byte[] bytes)
    {
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
}
