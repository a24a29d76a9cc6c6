namespace Portlight.Api;

/// <summary>What the pipeline and the audit log have to know of an operation beside its shapes; said where it is registered.</summary>
[Flags]
internal enum OperationTraits
{
    None = 0,

    /// <summary>It changes nothing.</summary>
    ReadOnly = 1,

    /// <summary>Its answer holds a secret that the server has made or keeps: nothing is answered before its event is durable.</summary>
    HandsOutSecret = 2,

    /// <summary>A request may ask that its change be undone unless it is confirmed: it can shut its caller out.</summary>
    TakesConfirmation = 4,

    /// <summary>It is about the installation: only the account that owns it may.</summary>
    ForOwner = 8,

    /// <summary>What its write returns is shown in its event: the thing that it made or changed, without secrets.</summary>
    ShowsResult = 16,
}
