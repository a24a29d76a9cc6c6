namespace Portlight.Wire.PortlightApi;

/// <summary>HTTP headers of changes that are undone unless they are confirmed (docs/confirm.md).</summary>
public static class ConfirmHeaders
{
    /// <summary>Of a request: the seconds in which the change must be confirmed, 1 to 3600. It must be among the signed headers.</summary>
    public const string Within = "X-Portlight-Confirm";

    /// <summary>Of the answer: when the change is undone, in the form of RFC 3339, <c>2026-11-22T12:01:00Z</c>.</summary>
    public const string By = "X-Portlight-Confirm-By";
}
