using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Browser;

/// <summary>A server and a console of it.</summary>
public abstract class ServedConsole : IAsyncLifetime
{
    private const string IamVersion = "2010-05-08";

    private readonly HttpClient _http = new();
    private readonly string _data = Directory.CreateTempSubdirectory("portlight-console-").FullName;

    public ConsoleProcess Console { get; private set; } = null!;

    public const string Region = "us-east-1";

    /// <summary>The key of the account's root.</summary>
    public AwsCredentials Root { get; private set; } = null!;

    private Uri Endpoint { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        (Endpoint, Root) = await StartServerAsync(Path.Combine(_data, "server"));
        Console = await StartConsoleAsync(Endpoint, _data);
    }

    /// <summary>Starts the server; says where it answers, and its root key.</summary>
    protected abstract Task<(Uri Endpoint, AwsCredentials Root)> StartServerAsync(string data);

    protected abstract ValueTask StopServerAsync();

    protected virtual Task<ConsoleProcess> StartConsoleAsync(Uri api, string data) => ConsoleProcess.StartAsync(api, data);

    /// <summary>Ends the console, hard, and starts it again at the same address: what it had in memory is gone.</summary>
    public async Task RestartConsoleAsync()
    {
        var port = Console.Address.Port;
        Console.Dispose();
        Console = await ConsoleProcess.StartAsync(Endpoint, _data, port);
    }

    /// <summary>Makes an instance with these ports, as the root of the account.</summary>
    public async Task CreateAsync(string name, string? tags, params PortInfo[] ports)
    {
        await CallAsync(
            "CreateInstances",
            new CreateInstancesRequest
            {
                InstanceNames = [name],
                AvailabilityZone = Region + "a",
                BlueprintId = "debian_12",
                BundleId = "nano_3_0",
                Tags = [.. (tags ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(tag => new Tag { Key = tag.Split('=')[0], Value = tag.Split('=')[1] })],
            },
            LightsailJson.Default.CreateInstancesRequest,
            LightsailJson.Default.CreateInstancesResponse);
        await PutAsync(name, ports);
    }

    public Task PutAsync(string name, params PortInfo[] ports) => CallAsync(
        "PutInstancePublicPorts", new PutInstancePublicPortsRequest { InstanceName = name, PortInfos = ports }, LightsailJson.Default.PutInstancePublicPortsRequest, LightsailJson.Default.PutInstancePublicPortsResponse);

    /// <summary>Replaces the ports by a change that is reverted unless it is confirmed.</summary>
    public Task PutToConfirmAsync(string name, TimeSpan within, params PortInfo[] ports) =>
        new AwsClient(_http, Endpoint, Region, Root, TimeProvider.System) { ConfirmWithin = within }.SendAsync(
            "Lightsail_20161128.PutInstancePublicPorts", new PutInstancePublicPortsRequest { InstanceName = name, PortInfos = ports },
            LightsailJson.Default.PutInstancePublicPortsRequest, LightsailJson.Default.PutInstancePublicPortsResponse, TestContext.Current.CancellationToken);

    /// <summary>Names the network <c>office</c> and keeps the template <c>web</c>.</summary>
    public async Task KeepNamesAsync()
    {
        await CallOwnAsync("PutNamedNetwork", new() { NetworkName = "office", Cidrs = ["203.0.113.0/24"] }, PortlightJson.Default.PutNamedNetworkRequest, PortlightJson.Default.PutNamedNetworkResponse);
        await CallOwnAsync(
            "PutPortTemplate", new() { TemplateName = "web", PortInfos = [Tcp(80), Tcp(443), Tcp(22, "203.0.113.0/24")] }, PortlightJson.Default.PutPortTemplateRequest, PortlightJson.Default.PutPortTemplateResponse);
    }

    /// <summary>Opens a port to somebody for a time.</summary>
    public Task OpenForAsync(string name, int port, string source, int seconds) => CallOwnAsync(
        "ApplyPorts",
        new ApplyPortsRequest { InstanceName = name, Open = new TimedPort { Protocol = "tcp", FromPort = port, ToPort = port, Cidrs = [source], ExpiresInSeconds = seconds } },
        PortlightJson.Default.ApplyPortsRequest,
        PortlightJson.Default.ApplyPortsResponse);

    /// <summary>The ports that are stored, as <c>22/tcp 192.0.2.0/24</c>.</summary>
    public async Task<IReadOnlyList<string>> PortsAsync(string name)
    {
        var answer = await CallAsync(
            "GetInstancePortStates", new GetInstancePortStatesRequest { InstanceName = name }, LightsailJson.Default.GetInstancePortStatesRequest, LightsailJson.Default.GetInstancePortStatesResponse);
        return [.. answer.PortStates.Select(state => $"{state.FromPort}/{state.Protocol} {string.Join(' ', state.Cidrs.Concat(state.Ipv6Cidrs))}")];
    }

    /// <summary>Makes a user with this policy, or none; returns its access key.</summary>
    public async Task<(string KeyId, string Secret)> UserAsync(string name, string? policy = null)
    {
        var iam = new QueryClient(_http, Endpoint, "iam", Region, Root, TimeProvider.System);
        var user = KeyValuePair.Create("UserName", name);
        await iam.SendAsync("CreateUser", IamVersion, [user], TestContext.Current.CancellationToken);
        if (policy is not null)
        {
            await iam.SendAsync("PutUserPolicy", IamVersion, [user, new("PolicyName", "own"), new("PolicyDocument", policy)], TestContext.Current.CancellationToken);
        }

        var key = (await iam.SendAsync("CreateAccessKey", IamVersion, [user], TestContext.Current.CancellationToken)).Element("AccessKey")!;
        return (key.Element("AccessKeyId")!.Value, key.Element("SecretAccessKey")!.Value);
    }

    public static PortInfo Tcp(int port, params string[] cidrs) =>
        new() { Protocol = "tcp", FromPort = port, ToPort = port, Cidrs = cidrs.Length == 0 ? null : [.. cidrs.Where(cidr => !cidr.Contains(':'))], Ipv6Cidrs = cidrs.Length == 0 ? null : [.. cidrs.Where(cidr => cidr.Contains(':'))] };

    public Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation, TRequest request, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TRequest> requestShape, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TResponse> responseShape,
        string region = Region)
        where TResponse : class =>
        new AwsClient(_http, Endpoint, region, Root, TimeProvider.System).SendAsync($"Lightsail_20161128.{operation}", request, requestShape, responseShape, TestContext.Current.CancellationToken);

    /// <summary>Calls an operation of Portlight's own API, as the root of the account.</summary>
    public Task<TResponse> CallOwnAsync<TRequest, TResponse>(
        string operation, TRequest request, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TRequest> requestShape, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TResponse> responseShape)
        where TResponse : class =>
        new AwsClient(_http, Endpoint, Region, Root, TimeProvider.System).SendAsync($"{PortlightOperations.TargetPrefix}.{operation}", request, requestShape, responseShape, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Console.Dispose();
        await StopServerAsync();
        _http.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}
