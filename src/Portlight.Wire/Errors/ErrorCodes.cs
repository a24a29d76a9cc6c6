namespace Portlight.Wire;

/// <summary>
/// The finer codes that stand beside <c>__type</c>. <c>NameExists</c> was seen on the real wire; <c>DoesNotExist</c> follows from
/// what Terraform's provider matches (<c>internal/service/lightsail/errs.go</c>); the rest are Portlight's own.
/// </summary>
public static class ErrorCodes
{
    public const string DoesNotExist = "DoesNotExist";
    public const string NameExists = "NameExists";
    public const string UnsupportedOperation = "UnsupportedOperation";
    public const string KernelRefused = "KernelRefused";
    public const string NotFiltered = "NotFiltered";
    public const string HostRemoved = "HostRemoved";
}
