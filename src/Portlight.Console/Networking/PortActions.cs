namespace Portlight.Console.Networking;

/// <summary>What can be done to the ports of an instance, as policies name it.</summary>
internal static class PortActions
{
    public const string Put = "lightsail:PutInstancePublicPorts", Open = "lightsail:OpenInstancePublicPorts", Close = "lightsail:CloseInstancePublicPorts";

    /// <summary>With a time or a reason; asked beside the action that it stands for.</summary>
    public const string Apply = "portlight:ApplyPorts";

    public const string Confirm = "portlight:ConfirmPorts";

    public static IReadOnlyList<string> All { get; } = [Put, Open, Close, Apply, Confirm];
}
