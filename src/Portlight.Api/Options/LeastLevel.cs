namespace Portlight.Api;

/// <summary>Lowest level of the log lines that are written.</summary>
public enum LeastLevel
{
    Debug,
    Info,
    Warn,
    Error,
}
