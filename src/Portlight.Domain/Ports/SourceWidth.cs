namespace Portlight.Domain;

/// <summary>How many can send what a rule lets in.</summary>
public enum SourceWidth
{
    /// <summary>Nobody: all that the rule names are aliases without blocks.</summary>
    Nobody,

    /// <summary>One address.</summary>
    One,

    /// <summary>More than one, and not everybody.</summary>
    Networks,

    /// <summary>Every address of a family that somebody on the internet can have, by this rule or by several together (<see cref="PortCoverage.IsOpenToAll"/>).</summary>
    Everyone,
}
