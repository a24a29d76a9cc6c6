using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Agent;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Server;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;
using Portlight.Wire.SigV4;

using Operation = Portlight.Wire.Lightsail.Operation;

namespace Portlight.Cli.Demo;

/// <summary>The demo's own server, and a client that calls it as any AWS client would: signed, over HTTP.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private readonly Enforcement _agent;
    private readonly PortlightServer _server;
    private readonly HttpClient _http = new();
    private readonly AwsClient _client;
    private readonly string _region;

    private DemoServer(Enforcement agent, PortlightServer server, string directory)
    {
        _agent = agent;
        _server = server;
        using var installation = Installation.Open(directory);
        Endpoint = installation.Endpoint;
        _region = installation.Region;
        _client = Client(installation.Credentials);
        Stranger = Client(installation.Credentials with { SecretAccessKey = new string('x', 40) });
    }

    public Uri Endpoint { get; }

    /// <summary>A client with the right key and the wrong secret.</summary>
    public AwsClient Stranger { get; }

    public static async Task<DemoServer> StartAsync(string directory, CancellationToken cancellation)
    {
        // The story tells what is in force, also of a machine that is busy with something else.
        var options = new ServeOptions { DataDirectory = directory, Listen = [new Uri("http://127.0.0.1:0")], Enforce = EnforceMode.Kernel, ConfirmTimeout = TimeSpan.FromSeconds(30) };
        Enforcement? agent = null;
        try
        {
            var server = await PortlightServer.StartAsync(
                options,
                (bound, installation) => (agent = Enforcement.Open(bound, installation, NullLoggerFactory.Instance, new Lazy<HostCheck>(HostCheck.Run))).Agent,
                TimeProvider.System,
                logging => logging.SetMinimumLevel(LogLevel.None),
                cancellation);
            return new DemoServer(agent!, server, directory);
        }
        catch
        {
            agent?.Dispose();
            throw;
        }
    }

    /// <summary>Makes lab instances and waits until the kernel has them.</summary>
    public async Task<IReadOnlyList<LabMachine>> CreateAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var request = new CreateInstancesRequest { InstanceNames = names, AvailabilityZone = _region + "a", BlueprintId = "debian_12", BundleId = "nano_3_0" };
        var made = await _client.SendAsync(
            Target("CreateInstances"), request, LightsailJson.Default.CreateInstancesRequest, LightsailJson.Default.CreateInstancesResponse, cancellation);
        var machines = new List<LabMachine>();
        foreach (var operation in made.Operations)
        {
            await SettleAsync(operation, cancellation);
            var instance = await _client.SendAsync(
                Target("GetInstance"),
                new GetInstanceRequest { InstanceName = operation.ResourceName },
                LightsailJson.Default.GetInstanceRequest,
                LightsailJson.Default.GetInstanceResponse,
                cancellation);
            machines.Add(Cidr.TryParseAddress(instance.Instance.PublicIpAddress, out var address, out var problem)
                ? new LabMachine(operation.ResourceName, address)
                : throw new FailedException($"the address of {operation.ResourceName} {problem}"));
        }

        return machines;
    }

    public Task<Operation> PutAsync(string name, IReadOnlyList<PortInfo> ports, CancellationToken cancellation) => PutAsync(_client, name, ports, cancellation);

    public static async Task<Operation> PutAsync(AwsClient client, string name, IReadOnlyList<PortInfo> ports, CancellationToken cancellation)
    {
        var request = new PutInstancePublicPortsRequest { InstanceName = name, PortInfos = ports };
        var answer = await client.SendAsync(
            Target("PutInstancePublicPorts"), request, LightsailJson.Default.PutInstancePublicPortsRequest, LightsailJson.Default.PutInstancePublicPortsResponse, cancellation);
        return answer.Operation;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _agent.Dispose();
        _http.Dispose();
    }

    private async Task SettleAsync(Operation operation, CancellationToken cancellation)
    {
        while (!operation.IsTerminal)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation);
            var answer = await _client.SendAsync(
                Target("GetOperation"),
                new GetOperationRequest { OperationId = operation.Id },
                LightsailJson.Default.GetOperationRequest,
                LightsailJson.Default.GetOperationResponse,
                cancellation);
            operation = answer.Operation;
        }

        if (operation.Status != "Succeeded")
        {
            throw new FailedException($"{operation.OperationType} of {operation.ResourceName}: {operation.ErrorCode}: {operation.ErrorDetails}");
        }
    }

    private AwsClient Client(AwsCredentials credentials) => new(_http, Endpoint, _region, credentials, TimeProvider.System);

    private static string Target(string operation) => $"{LightsailOperations.TargetPrefix}.{operation}";
}
