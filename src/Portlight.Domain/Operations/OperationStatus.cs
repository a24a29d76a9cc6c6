namespace Portlight.Domain;

/// <summary>Where an operation is (Lightsail API, <c>OperationStatus</c>). <c>NotStarted</c> and <c>Completed</c> exist there and never here.</summary>
public enum OperationStatus
{
    Started,
    Succeeded,
    Failed,
}
