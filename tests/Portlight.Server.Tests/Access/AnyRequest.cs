using System.Collections;
using System.Reflection;
using System.Text.Json.Nodes;
using Portlight.Api;

namespace Portlight.Server.Tests.Access;

/// <summary>
/// A request of an operation with values for each of its members that somebody has thought of, most of them good: a member or an operation that is new is in it by itself.
/// </summary>
internal sealed class AnyRequest(Random random)
{
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["instanceName"] = ["web-1", "web-1", "prod-1", "prod-1", "vm-1", "waiting-1", "new-1"],
        ["resourceName"] = ["web-1", "prod-1", "vm-1", "waiting-1", "key-1"],
        ["instanceNames"] = ["new-1", "new-2"],
        ["staticIpName"] = ["ip-1", "ip-2"],
        ["keyPairName"] = ["key-1", "LightsailDefaultKeyPair"],
        ["availabilityZone"] = ["us-east-1a"],
        ["blueprintId"] = ["ubuntu_22_04", "windows_server_2022", "wordpress"],
        ["bundleId"] = ["nano_3_0", "nano_win_3_0", "nano_ipv6_3_0"],
        ["protocol"] = ["tcp", "tcp", "tcp", "TCP", "udp", "all", "-1", "icmp"],
        ["cidrs"] = ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.1.0.0/16", "198.51.100.0/24", "192.0.2.1"],
        ["ipv6Cidrs"] = ["::/0", "::/1", "8000::/1", "2000::/3", "2001:db8:42::/48", "2001:db8::/32"],
        ["privateCidrs"] = ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "::/0", "2000::/3", "2001:db8:42::/48"],
        ["cidrListAliases"] = ["lightsail-connect"],
        ["interfaceName"] = ["tap1", "tap2"],
        ["selector"] = ["mac:fe:54:00:00:00:01", "name:tap1", "alias:one"],
        ["closedNames"] = ["vnet*", "tap*"],
        ["hostName"] = ["local", "fra-07"],
        ["resourceType"] = ["Instance"],
        ["ipAddressType"] = ["ipv4", "ipv6", "dualstack"],
        ["key"] = ["team", "stage", "other"],
        ["tagKeys"] = ["team", "stage", "other"],
        ["value"] = ["web", "db", "production"],
        ["addresses"] = ["198.51.100.9"],
        ["accountId"] = ["444455556666"],
        ["regionName"] = ["eu-west-1"],
        ["step"] = ["none"],
        ["httpTokens"] = ["required"],
    };

    private static readonly int[] Ports = [0, 21, 22, 22, 22, 23, 443, 443, 443, 65535, -1];

    public string Body(OperationEntry entry)
    {
        var assembly = typeof(Wire.Lightsail.GetRegionsRequest).Assembly;
        var shape = assembly.GetType($"Portlight.Wire.Lightsail.{entry.Name}Request") ?? assembly.GetType($"Portlight.Wire.PortlightApi.{entry.Name}Request", throwOnError: true)!;
        return Object(shape).ToJsonString();
    }

    private JsonObject Object(Type shape)
    {
        var made = new JsonObject();
        foreach (var property in shape.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var name = char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
            if (random.Next(10) >= Likelihood(name))
            {
                continue;
            }

            made[name] = type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable))
                ? new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(name, type.GetGenericArguments()[0]))])
                : Value(name, type);
        }

        if (made.ContainsKey("protocol") && random.Next(3) == 0)
        {
            (made["fromPort"], made["toPort"]) = (443, 443); // what a team may open
            made["protocol"] = "tcp";
            made["cidrs"] = new JsonArray("10.1.0.0/16");
            made.Remove("ipv6Cidrs");
            made.Remove("cidrListAliases");
        }

        return made;
    }

    /// <summary>Of ten requests: what is needed stands in most, what narrows, contradicts or only looks in some.</summary>
    private static int Likelihood(string name) => name switch
    {
        "dryRun" or "hostName" or "selector" or "thisHost" or "byName" or "addOns" or "cidrListAliases" or "customImageName" => 1,
        "cidrs" or "ipv6Cidrs" or "privateCidrs" or "closedNames" or "tags" or "ipAddressType" or "addresses" or "mayCutSsh" => 5,
        _ => 9,
    };

    private JsonNode? Value(string name, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? Known.TryGetValue(name, out var known) ? known[random.Next(known.Length)] : "web-1"
            : type == typeof(bool) ? random.Next(2) == 0
            : type == typeof(int) || type == typeof(long) ? Ports[random.Next(Ports.Length)]
            : Object(type);
    }
}
