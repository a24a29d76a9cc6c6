using Portlight.Domain;

namespace Portlight.AgentStream.Wire;

/// <summary>Text that an agent wrote. It ends in logs, in answers to others and on terminals, and an agent is as honest as its machine.</summary>
internal static class AgentText
{
    private const int Longest = 1_000;

    internal static string Read(string text) => UserText.Line(text, Longest);
}
