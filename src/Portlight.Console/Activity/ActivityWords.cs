using System.Collections.Frozen;

namespace Portlight.Console.Activity;

/// <summary>What a call was, as the middle of a sentence: <c>alice … web-1</c>. A call that only reads has its own name.</summary>
internal static class ActivityWords
{
    /// <summary>The type that the audit log gives to instances.</summary>
    public const string Instance = "AWS::Lightsail::Instance";

    private static readonly FrozenDictionary<string, string> Words = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["PutInstancePublicPorts"] = "changed the ports of",
        ["OpenInstancePublicPorts"] = "opened a port on",
        ["CloseInstancePublicPorts"] = "closed a port on",
        ["ApplyPorts"] = "changed the ports of",
        ["ConfirmPorts"] = "confirmed or reverted the change of",
        ["CreateInstances"] = "created",
        ["DeleteInstance"] = "deleted",
        ["StartInstance"] = "started",
        ["StopInstance"] = "stopped",
        ["RebootInstance"] = "rebooted",
        ["AttachInstance"] = "attached",
        ["DetachInstance"] = "detached",
        ["SetIpAddressType"] = "changed the address families of",
        ["UpdateInstanceMetadataOptions"] = "changed the metadata options of",
        ["GetInstanceAccessDetails"] = "was given a key to",
        ["TagResource"] = "tagged",
        ["UntagResource"] = "removed a tag from",
        ["AllocateStaticIp"] = "allocated the static address",
        ["AttachStaticIp"] = "attached the static address",
        ["DetachStaticIp"] = "detached the static address",
        ["ReleaseStaticIp"] = "released the static address",
        ["CreateKeyPair"] = "made the key pair",
        ["ImportKeyPair"] = "imported the key pair",
        ["DeleteKeyPair"] = "deleted the key pair",
        ["DownloadDefaultKeyPair"] = "downloaded the default key pair",
        ["PutNamedNetwork"] = "gave a name to a network",
        ["DeleteNamedNetwork"] = "forgot the name of a network",
        ["PutPortTemplate"] = "kept a template of ports",
        ["DeletePortTemplate"] = "forgot a template of ports",
        ["CreateAccount"] = "made the account",
        ["CloseAccount"] = "closed the account",
        ["OpenRegion"] = "opened the region",
        ["CreateHostToken"] = "made a token for a host",
        ["DrainHost"] = "drained the host",
        ["RevokeHost"] = "revoked the host",
        ["RemoveHost"] = "removed the host",
        ["RotateHostAuthority"] = "replaced the authority of hosts",
        ["SignIn"] = "signed in",
        ["GetSessionToken"] = "began a session",
        ["AssumeRole"] = "assumed the role",
        ["CreateUser"] = "made the user",
        ["UpdateUser"] = "changed the user",
        ["DeleteUser"] = "deleted the user",
        ["CreateGroup"] = "made the group",
        ["UpdateGroup"] = "changed the group",
        ["DeleteGroup"] = "deleted the group",
        ["AddUserToGroup"] = "added to a group:",
        ["RemoveUserFromGroup"] = "removed from a group:",
        ["CreateRole"] = "made the role",
        ["UpdateRole"] = "changed the role",
        ["UpdateRoleDescription"] = "described the role",
        ["UpdateAssumeRolePolicy"] = "changed who may assume the role",
        ["DeleteRole"] = "deleted the role",
        ["CreateAccessKey"] = "made an access key of",
        ["UpdateAccessKey"] = "switched an access key of",
        ["DeleteAccessKey"] = "deleted an access key of",
        ["DeleteLoginProfile"] = "deleted the password of",
        ["CreatePolicy"] = "made the policy",
        ["CreatePolicyVersion"] = "changed the policy",
        ["SetDefaultPolicyVersion"] = "put another version in force of",
        ["DeletePolicyVersion"] = "deleted a version of",
        ["DeletePolicy"] = "deleted the policy",
        ["PutUserPolicy"] = "wrote a policy of a user:",
        ["DeleteUserPolicy"] = "deleted a policy of a user:",
        ["PutGroupPolicy"] = "wrote a policy of a group:",
        ["DeleteGroupPolicy"] = "deleted a policy of a group:",
        ["PutRolePolicy"] = "wrote a policy of a role:",
        ["DeleteRolePolicy"] = "deleted a policy of a role:",
        ["AttachUserPolicy"] = "attached a policy to a user:",
        ["DetachUserPolicy"] = "detached a policy from a user:",
        ["AttachGroupPolicy"] = "attached a policy to a group:",
        ["DetachGroupPolicy"] = "detached a policy from a group:",
        ["AttachRolePolicy"] = "attached a policy to a role:",
        ["DetachRolePolicy"] = "detached a policy from a role:",
        ["PutUserPermissionsBoundary"] = "set the boundary of the user",
        ["DeleteUserPermissionsBoundary"] = "removed the boundary of the user",
        ["PutRolePermissionsBoundary"] = "set the boundary of the role",
        ["DeleteRolePermissionsBoundary"] = "removed the boundary of the role",
        ["TagUser"] = "tagged the user",
        ["UntagUser"] = "removed a tag from the user",
        ["TagRole"] = "tagged the role",
        ["UntagRole"] = "removed a tag from the role",
        ["TagPolicy"] = "tagged the policy",
        ["UntagPolicy"] = "removed a tag from the policy",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether it was a change of the ports of an instance that was there before and after it, so that there is something to go back to.</summary>
    public static bool ChangesPorts(string name) =>
        name is "PutInstancePublicPorts" or "OpenInstancePublicPorts" or "CloseInstancePublicPorts" or "ApplyPorts" or "ConfirmPorts" or "PortsExpired" or "ChangeReverted";

    /// <summary>The operations that there are words for.</summary>
    public static IEnumerable<string> All => Words.Keys;

    public static string Of(string operation) => Words.GetValueOrDefault(operation, operation);

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
