namespace Portlight.Domain;

/// <summary>What platform an image is of and a size is for (Lightsail API, <c>InstancePlatform</c>).</summary>
public enum Platform
{
    Linux,
    Windows,
}

public static class PlatformText
{
    /// <summary><c>LINUX_UNIX</c>, <c>WINDOWS</c>.</summary>
    public static string ToWire(this Platform platform) => platform == Platform.Windows ? "WINDOWS" : "LINUX_UNIX";
}

/// <summary>
/// An image by name. Portlight boots nothing: a blueprint decides the ports that are open at first, the user name that is shown and the platform.
/// </summary>
public sealed record Blueprint
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Blueprints of one group are versions of one thing.</summary>
    public required string Group { get; init; }

    /// <summary>True for a bare operating system, false for an application on one.</summary>
    public required bool IsOs { get; init; }

    public required string Version { get; init; }

    public required string Description { get; init; }

    public required string ProductUrl { get; init; }

    public required string Username { get; init; }

    /// <summary>What is open on a new instance, in the order in which the service shows it.</summary>
    public required PortSet DefaultPorts { get; init; }

    public Platform Platform { get; init; } = Platform.Linux;

    /// <summary>The least power of a bundle that can carry it.</summary>
    public int MinPower { get; init; }

    /// <summary>False for versions that lists leave out unless asked; they can still be created from.</summary>
    public bool IsActive { get; init; } = true;
}
