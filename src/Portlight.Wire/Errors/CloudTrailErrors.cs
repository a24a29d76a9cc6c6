namespace Portlight.Wire;

// Errors that the CloudTrail API reference lists for LookupEvents.

/// <summary>A lookup attribute is unknown, has no value, or there are several.</summary>
public sealed class InvalidLookupAttributesException(string message, string? detail = null)
    : LightsailException("InvalidLookupAttributesException", 400, message, detail);

/// <summary>The time range ends before it begins.</summary>
public sealed class InvalidTimeRangeException(string message, string? detail = null)
    : LightsailException("InvalidTimeRangeException", 400, message, detail);

/// <summary>More events are asked for than one answer holds, or fewer than one.</summary>
public sealed class InvalidMaxResultsException(string message, string? detail = null)
    : LightsailException("InvalidMaxResultsException", 400, message, detail);

/// <summary>The token is none that was given out, or belongs to other parameters.</summary>
public sealed class InvalidNextTokenException(string message, string? detail = null)
    : LightsailException("InvalidNextTokenException", 400, message, detail);

/// <summary>There is no such category of events.</summary>
public sealed class InvalidEventCategoryException(string message, string? detail = null)
    : LightsailException("InvalidEventCategoryException", 400, message, detail);
