using Portlight.Domain;

namespace Portlight.Cli.Verbs;

/// <summary>The word <c>me</c> among sources: where the operator sits, as sshd tells it.</summary>
internal static class OwnAddress
{
    private const string Word = "me";

    /// <summary>The sources with the address in place of the word.</summary>
    /// <exception cref="UsageException">The word is there, and nobody knows the address.</exception>
    public static string[]? In(string[]? from) => In(from, Environment.GetEnvironmentVariable(SshSession.EnvironmentVariable));

    /// <inheritdoc cref="In(string[])"/>
    internal static string[]? In(string[]? from, string? connection) => from is null ? null : [.. from.SelectMany(word => word.Split(',')).Select(source => source.Trim() == Word ? Find(connection) : source)];

    private static string Find(string? connection) => SshSession.Parse(connection) is { Client: { } client }
        ? Cidr.Of(client).ToString()
        : throw new UsageException("--from me: this is no SSH session (SSH_CONNECTION is not set, or names no address; sudo keeps it with --preserve-env=SSH_CONNECTION); name the address");
}
