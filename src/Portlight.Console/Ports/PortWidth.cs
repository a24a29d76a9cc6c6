namespace Portlight.Console.Ports;

/// <summary>How widely a port is open; the number is that of its shape in the style sheet.</summary>
public enum PortWidth
{
    Closed = 0,

    /// <summary>To one address.</summary>
    One = 1,

    /// <summary>To several addresses.</summary>
    Networks = 2,

    /// <summary>To everybody of a family, where that is unusual.</summary>
    Everyone = 3,

    /// <summary>To everybody of a family, where that is the purpose.</summary>
    Meant = 4,
}
