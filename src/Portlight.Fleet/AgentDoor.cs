using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Fleet;

/// <summary>Where agents of other machines come in, as a token tells them.</summary>
/// <param name="Pin">Of the authority that has signed the listener's certificate.</param>
/// <param name="Servers">The addresses that they reach it by, <c>https://ADDRESS:PORT</c>.</param>
internal sealed record AgentDoor(byte[] Pin, IReadOnlyList<Uri> Servers)
{
    /// <summary>Makes another authority, its key sealed; it is of no use before it is stored.</summary>
    public required Func<HostAuthority> MakeAuthority { get; init; }

    /// <summary>The agent of a host, as it can be asked at another server: the host, where agents reach that server, and what the agent says of itself.</summary>
    public required Func<string, IReadOnlyList<Uri>, AgentStatus, IAgent> AgentAt { get; init; }

    /// <summary>The listener goes by the authorities that are stored, from the next connection on.</summary>
    public required Action TakeAuthorities { get; init; }
}
