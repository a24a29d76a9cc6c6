using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.AgentStream;
using Portlight.AgentStream.Server;
using Portlight.AgentStream.Wire;
using Portlight.Certificates;
using Status = Grpc.Core.Status;

namespace Portlight.AgentListener;

/// <summary>The calls of agents. Every refusal is a status whose detail an operator may read; what goes wrong here is in the server's log alone.</summary>
internal sealed partial class AgentsService(
    ListenerIdentity identity, HostDoor door, Action<IPAddress> know, RemoteAgentOptions options, TimeProvider clock, ILogger<AgentsService> log, CancellationToken stopping) : Agents.AgentsBase
{
    /// <summary>A certificate that is none any more. The agent tells it from what may pass.</summary>
    private const StatusCode NotAdmitted = StatusCode.PermissionDenied;

    private static readonly TimeSpan HelloPatience = TimeSpan.FromSeconds(10);

    public override Task<IntroduceReply> Introduce(IntroduceRequest request, ServerCallContext context) => Task.FromResult(new IntroduceReply { Authorities = { Authorities() } });

    public override Task<JoinReply> Join(JoinRequest request, ServerCallContext context) => AnswerAsync(async () =>
    {
        if (!SigningRequest.TryRead(request.SigningRequest.Span, out var key, out var problem))
        {
            throw new NotAdmittedException(problem!);
        }

        var (host, certificate) = await door.Join(
            request.TokenId, request.Secret.ToByteArray(), key, Address(context), name => identity.IssueHost(name, key));
        return new JoinReply { Host = host, Installation = door.Installation, Certificate = ByteString.CopyFrom(certificate), Authorities = { Authorities() } };
    });

    public override Task<RenewReply> Renew(RenewRequest request, ServerCallContext context) => AnswerAsync(async () =>
    {
        var shown = Shown(context);
        if (shown.Standing is not (CertificateStanding.Good or CertificateStanding.MayRenew))
        {
            throw new NotAdmittedException($"the certificate {shown.Problem}");
        }

        if (!SigningRequest.TryRead(request.SigningRequest.Span, out var key, out var problem))
        {
            throw new NotAdmittedException(problem!);
        }

        var certificate = await door.Renew(shown.Host!, shown.Serial, name => identity.IssueHost(name, key));
        return new RenewReply { Certificate = ByteString.CopyFrom(certificate), Authorities = { Authorities() } };
    });

    public override Task Connect(IAsyncStreamReader<FromAgent> requestStream, IServerStreamWriter<FromServer> responseStream, ServerCallContext context) => AnswerAsync(async () =>
    {
        var shown = Shown(context);
        if (shown.Standing == CertificateStanding.MayRenew)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"the certificate {shown.Problem}"));
        }

        if (shown.Standing != CertificateStanding.Good)
        {
            throw new NotAdmittedException($"the certificate {shown.Problem}");
        }

        await door.Admit(shown.Host!, shown.Serial);
        know(context.GetHttpContext().Connection.RemoteIpAddress ?? IPAddress.None);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        var agent = new RemoteAgent(shown.Host!, await HelloAsync(requestStream, ending.Token), responseStream.WriteAsync, options, clock) { Address = Address(context) };
        var generation = await door.Take(shown.Host!, agent.Status);
        var servers = door.Servers();
        await agent.WelcomeAsync(identity.Trust.Authorities, servers.Addresses, ending.Token);
        await door.Admit(shown.Host!, shown.Serial); // once more: the agent had all the time it liked to say hello, and may not be admitted any more
        var (connection, ended) = door.Connect(shown.Host!, agent, generation);
        LogConnected(log, shown.Host!, agent.Release, Address(context), agent.ClockAhead.TotalSeconds);
        var reason = "the server is going away";
        try
        {
            var reading = ReadAsync(requestStream, agent, ending.Token);
            var first = await Task.WhenAny(reading, agent.Ended, ended, servers.Changed);
            while (first == servers.Changed)
            {
                servers = door.Servers();
                await agent.TellServersAsync(servers.Addresses, ending.Token);
                first = await Task.WhenAny(reading, agent.Ended, ended, servers.Changed);
            }

            reason = first == reading ? stopping.IsCancellationRequested ? "the server is being stopped" : await reading : await (Task<string>)first;
        }
        finally
        {
            agent.End(reason);
            connection.Dispose();
            LogDisconnected(log, shown.Host!, reason);
        }

        throw new RpcException(new Status(stopping.IsCancellationRequested ? StatusCode.Unavailable : ended.IsCompleted ? StatusCode.Aborted : StatusCode.InvalidArgument, reason));
#pragma warning disable CS0162 // The end of a stream is always a status; the lambda has to return something.
        return true;
#pragma warning restore CS0162
    });

    public override Task<Answer> Ask(AskRequest request, ServerCallContext context) => AnswerAsync(async () =>
    {
        if (context.GetHttpContext().Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(typeof(OtherServer)) != true)
        {
            throw new NotAdmittedException("this call takes the certificate of a server");
        }

        try
        {
            return await door.Ask(request.Host, request.Question ?? throw new StreamFaultException("nothing is asked"), context.CancellationToken);
        }
        catch (AgentGoneException gone)
        {
            throw new RpcException(new Status(StatusCode.Aborted, gone.Message));
        }
        catch (AgentException unable)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, unable.Message));
        }
    });

    private static async Task<FromAgent> HelloAsync(IAsyncStreamReader<FromAgent> stream, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(HelloPatience);
        return await stream.MoveNext(late.Token) ? stream.Current : throw new StreamFaultException("the agent said nothing");
    }

    /// <summary>Until the stream ends; why it did.</summary>
    private static async Task<string> ReadAsync(IAsyncStreamReader<FromAgent> stream, RemoteAgent agent, CancellationToken cancellationToken)
    {
        try
        {
            while (await stream.MoveNext(cancellationToken))
            {
                agent.Take(stream.Current);
            }

            return "the agent has closed the stream";
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.ResourceExhausted)
        {
            return "the agent has sent a message that is too large";
        }
        catch (InvalidProtocolBufferException)
        {
            return "the agent has sent bytes that are no message";
        }
        catch (Exception exception) when (exception is IOException or RpcException or OperationCanceledException or InvalidOperationException)
        {
            return "the connection is gone";
        }
    }

    private async Task<T> AnswerAsync<T>(Func<Task<T>> answer)
    {
        try
        {
            return await answer();
        }
        catch (NotAdmittedException refused)
        {
            throw new RpcException(new Status(NotAdmitted, refused.Message));
        }
        catch (StreamFaultException fault)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, fault.Message));
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the connection has ended"));
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            LogFault(log, exception);
            throw new RpcException(new Status(StatusCode.Unavailable, "the server could not do it; its log says why"));
        }
    }

    /// <summary>What the handshake has made of the certificate. Whether it is good still, hours later, is asked of those who know the hosts.</summary>
    private static CertificateVerdict Shown(ServerCallContext context) =>
        context.GetHttpContext().Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(typeof(CertificateVerdict), out var verdict) == true
            ? (CertificateVerdict)verdict!
            : throw new NotAdmittedException("this call takes a certificate: join first");

    private IEnumerable<ByteString> Authorities() => identity.Trust.Authorities.Select(authority => ByteString.CopyFrom(authority));

    private static string Address(ServerCallContext context) => context.GetHttpContext().Connection.RemoteIpAddress?.ToString() ?? "";

    [LoggerMessage(6101, LogLevel.Information, "the agent of the host {Host} ({Release}) is connected from {Address}; its clock is {Ahead:0.0} s ahead")]
    private static partial void LogConnected(ILogger logger, string host, string release, string address, double ahead);

    [LoggerMessage(6102, LogLevel.Warning, "the agent of the host {Host} is disconnected: {Reason}")]
    private static partial void LogDisconnected(ILogger logger, string host, string reason);

    [LoggerMessage(6103, LogLevel.Error, "a call of an agent failed")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
