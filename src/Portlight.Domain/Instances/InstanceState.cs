namespace Portlight.Domain;

/// <summary>What an instance is doing. Codes are EC2's (EC2 API, <c>InstanceState</c>), which Lightsail shows unchanged.</summary>
public enum InstanceState
{
    Pending = 0,
    Running = 16,
    Stopping = 64,
    Stopped = 80,
}

public static class InstanceStateText
{
    /// <summary><c>pending</c>, <c>running</c>, <c>stopping</c>, <c>stopped</c>.</summary>
    public static string ToWire(this InstanceState state) => state switch
    {
        InstanceState.Pending => "pending",
        InstanceState.Running => "running",
        InstanceState.Stopping => "stopping",
        _ => "stopped",
    };
}
