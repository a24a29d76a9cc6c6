namespace Portlight.Api;

/// <summary>The least that a log line must be to be written.</summary>
public enum LeastLevel
{
    Debug,
    Info,
    Warn,
    Error,
}
