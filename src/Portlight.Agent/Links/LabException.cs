namespace Portlight.Agent.Links;

/// <summary>The host refused something of a lab instance. The message is what an operator and a caller read.</summary>
public sealed class LabException : Exception
{
    public LabException(string message)
        : base(message)
    {
    }

    public LabException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
