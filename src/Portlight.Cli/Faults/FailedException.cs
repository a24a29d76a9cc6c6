namespace Portlight.Cli;

/// <summary>A command could not do what it was asked, for a reason a person can repair: exit code 1.</summary>
internal sealed class FailedException(string message) : Exception(message);
