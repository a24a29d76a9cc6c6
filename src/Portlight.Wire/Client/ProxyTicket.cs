namespace Portlight.Wire.Client;

/// <summary>How the console that a server has started shows the server that it is that one, and may say from where people come.</summary>
public static class ProxyTicket
{
    /// <summary>The header that holds the ticket. No signature covers it: it says nothing of the caller, and a proxy adds it.</summary>
    public const string Header = "X-Forwarded-Ticket";

    /// <summary>The variable of the environment in which the console is given it: others of the machine's users see the words of a command line.</summary>
    public const string Variable = "CONSOLE_TICKET";
}
