using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Api;

/// <summary>
/// The request header <c>X-Portlight-Confirm</c>. Its sender relies on it, so it is never passed over: where it cannot be kept to, the request is refused.
/// </summary>
internal static class ConfirmHeader
{
    private const int MaxSeconds = 3600;

    /// <summary>The time in which the change of an authenticated request must be confirmed; null when the request does not have the header.</summary>
    /// <exception cref="InvalidInputException">It is not a whole number of seconds from 1 to 3600, or the operation changes no ports.</exception>
    public static TimeSpan? Read(IHeaderDictionary headers, Call call)
    {
        var values = headers[ConfirmHeaders.Within];
        if (values.Count == 0)
        {
            return null;
        }

        if (!call.Entry!.TakesConfirmation)
        {
            throw new InvalidInputException($"the header {ConfirmHeaders.Within} goes with a change of ports; {call.Operation} makes none that could be undone");
        }

        return values is [{ Length: > 0 and <= 4 } text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= MaxSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidInputException($"the header {ConfirmHeaders.Within} must be a whole number of seconds from 1 to {MaxSeconds}");
    }

    /// <summary>A time as the answer's header and texts have it: RFC 3339, in whole seconds, never later than it is.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
