using System.Globalization;

namespace Portlight.Storage;

/// <summary>What stands in a store whose installation has moved elsewhere, or is on its way into it: no server starts on it, so that never two go on from one state.</summary>
/// <param name="Id">Which move; the other end has it too.</param>
/// <param name="Place">Where to, or with <paramref name="IsArriving"/> where from; holds no secret.</param>
/// <param name="At">When.</param>
/// <param name="IsArriving">Whether it is the end that the installation comes to, and was not yet released by the other.</param>
public sealed record MoveMark(Guid Id, string Place, DateTimeOffset At, bool IsArriving)
{
    /// <summary>Why a store is not opened.</summary>
    /// <param name="what">Which.</param>
    internal StoreException Refusal(string what)
    {
        var at = At.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";
        return new StoreException(IsArriving
            ? $"the installation in {what} is not whole: it was coming from {Place} at {at} and has not been released there; run `portlight migrate` again"
            : $"the installation of {what} has moved to {Place} at {at}; serve it from there, move it back with `portlight migrate --to`, or go back to what it was then with `portlight migrate --undo`");
    }
}
