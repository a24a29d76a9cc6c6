namespace Portlight.Console.Activity;

/// <summary>What a call was, as the middle of a sentence: <c>alice … web-1</c>.</summary>
internal static class ActivityWords
{
    /// <summary>The type that the audit log gives to instances.</summary>
    public const string Instance = "AWS::Lightsail::Instance";

    public static string Of(string operation) => operation switch
    {
        "PutInstancePublicPorts" => "changed the ports of",
        "OpenInstancePublicPorts" => "opened a port on",
        "CloseInstancePublicPorts" => "closed a port on",
        "ApplyPorts" => "changed the ports of",
        "PutNamedNetwork" => "gave a name to a network",
        "DeleteNamedNetwork" => "forgot the name of a network",
        "PutPortTemplate" => "kept a template of ports",
        "DeletePortTemplate" => "forgot a template of ports",
        "ConfirmPorts" => "confirmed or reverted the change of",
        "CreateInstances" => "created",
        "DeleteInstance" => "deleted",
        "StartInstance" => "started",
        "StopInstance" => "stopped",
        "RebootInstance" => "rebooted",
        "AttachInstance" => "attached",
        "DetachInstance" => "detached",
        "TagResource" => "tagged",
        "UntagResource" => "took a tag from",
        "SignIn" => "signed in",
        "GetSessionToken" => "began a session",
        "AssumeRole" => "assumed a role",
        _ => operation,
    };

    /// <summary>What the server did by itself, as the beginning of a sentence: <c>… web-1</c>.</summary>
    public static string OfServer(string name) => name switch
    {
        "PortsExpired" => "What was opened for a time was closed on",
        "ChangeReverted" => "A change was reverted on",
        "CallsUnrecorded" => "Calls were counted and not recorded",
        "RootKeyReset" => "A new root key was made on the machine",
        "HostJoined" => "A machine joined",
        "HostJoinRefused" => "A machine was refused that wanted to join",
        "HostKeyShared" => "Several machines were seen with the key of",
        "HostCertificateRenewed" => "A certificate was renewed of",
        "KeyFileRotated" => "Stored secrets were sealed with a new key",
        _ => name,
    };
}
