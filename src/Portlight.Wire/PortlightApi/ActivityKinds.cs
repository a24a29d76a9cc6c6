namespace Portlight.Wire.PortlightApi;

/// <summary>What an event is, in the eyes of a person that looks for it: each is one of them.</summary>
public static class ActivityKinds
{
    /// <summary>What has changed ports, by a caller or by the server itself.</summary>
    public const string Ports = "ports";

    /// <summary>What a caller was told that failed, reads too.</summary>
    public const string Refused = "refused";

    /// <summary>Changes of users, groups, roles, keys and policies, and who has signed in.</summary>
    public const string Access = "access";

    /// <summary>What no call made and changed no ports: the server did it by itself, or somebody on the machine.</summary>
    public const string Server = "server";

    /// <summary>Every other change: of instances, tags, addresses, names, hosts.</summary>
    public const string Others = "others";

    /// <summary>What has only read.</summary>
    public const string Reads = "reads";

    public static IReadOnlyList<string> All { get; } = [Ports, Refused, Access, Server, Others, Reads];
}
