using Grpc.Core;
using Portlight.AgentStream.Wire;
using Portlight.Certificates;
using Portlight.TestKit.Network;

namespace Portlight.AgentHost.Tests;

/// <summary>An agent says hello when it likes.</summary>
public sealed class LateHelloTests : IAsyncLifetime
{
    private readonly Installation _installation;
    private readonly Machine _machine;

    public LateHelloTests()
    {
        var clock = new ShiftedClock();
        (_installation, _machine) = (new Installation(clock), new Machine(clock));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => new(_installation.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Fact]
    public async Task One_whose_certificate_is_none_any_more_by_then_is_refused()
    {
        var membership = await _machine.JoinAsync(_installation.Token("fra-07"));
        using var channel = ServerChannel.Open(_installation.Address, new Trust(_installation.Authority.Certificate), membership.Credentials[0].Load(), TimeSpan.FromSeconds(15));
        using var call = new Agents.AgentsClient(channel).Connect(cancellationToken: Cancellation);
        await _installation.Admitted.Task.WaitAsync(Deadline.Span, Cancellation);
        _installation.Hosts.Clear();

        await call.RequestStream.WriteAsync(
            new FromAgent { Hello = new Hello { Version = 1, Release = "0.1.0", Status = new AgentStream.Wire.Status { Connections = "cut" }, Position = new Position() } }, Cancellation);

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(Cancellation))
            {
            }
        });
        Assert.Equal((StatusCode.PermissionDenied, "the host fra-07 is revoked"), (refused.StatusCode, refused.Status.Detail));
    }
}
