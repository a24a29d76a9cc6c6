using System.ComponentModel;
using System.Net.Sockets;
using System.Security.Cryptography;
using Portlight.AgentProtocol;
using Portlight.Storage;
using Portlight.Wire.Client;

namespace Portlight.Cli;

/// <summary>What a machine, a network or a server can do to this program. It is told in one line; anything else is a fault of the program and keeps its stack trace.</summary>
internal static class ExpectedFault
{
    public static bool Is(Exception exception) =>
        exception is FailedException or AwsErrorException or HttpRequestException or IOException or UnauthorizedAccessException or AgentException or StoreException
            or OperationCanceledException or SocketException or CryptographicException or DllNotFoundException or Win32Exception or TimeoutException;

    /// <summary>What it says, and what its causes say that it does not say itself.</summary>
    public static string Describe(Exception exception)
    {
        var text = exception.Message;
        for (var cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (!text.Contains(cause.Message, StringComparison.Ordinal))
            {
                text = $"{text.TrimEnd('.')}: {cause.Message}";
            }
        }

        return text;
    }
}
