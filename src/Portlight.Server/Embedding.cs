using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Portlight.Api;
using Portlight.Lightsail;

namespace Portlight.Server;

/// <summary>What a server is given by a process that is not its own, as a test's. Nothing of it is on the way of a request where it is not asked for.</summary>
internal sealed record Embedding
{
    /// <summary>Made of each operation, and answered in its place; null for each as it is.</summary>
    public Func<OperationEntry, OperationEntry>? Operation { get; init; }

    /// <summary>Services of the web host.</summary>
    public Action<IServiceCollection> Services { get; init; } = _ => { };

    /// <summary>Makes the default key pair of an account in a region. A process that starts many servers need not spend a tenth of a second of its processor on each.</summary>
    public Func<SshKeyPair> DefaultKeyPair { get; init; } = SshKeyPair.Generate;

    /// <summary>What a request passes before the pipeline.</summary>
    public Action<IApplicationBuilder> Http { get; init; } = _ => { };
}
