using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.AgentStream.Wire;

/// <summary>A question about one packet, and what the kernel's sets say of it.</summary>
internal static class VerdictMessages
{
    internal static Question Asking(long index, PortKey packet, Cidr source) => new()
    {
        AskKernel = new Question.Types.AskKernel { Index = index, Protocol = packet.Protocol.ToWire(), From = packet.FromPort, To = packet.ToPort, Source = Blocks.Write(source) },
    };

    internal static PacketVerdict Read(Answer.Types.Verdict verdict) => new(verdict.IsFiltered, [.. verdict.Sets.Select(AgentText.Read)]);
}
