namespace Portlight.Cli;

/// <summary>The command was called in a way it cannot be: exit code 2. One line for each problem.</summary>
internal sealed class UsageException(string message) : Exception(message);
