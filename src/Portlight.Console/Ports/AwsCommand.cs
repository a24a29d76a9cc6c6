using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portlight.Console.Ports;

/// <summary>What a port set is to the AWS CLI: the same Put, to be typed.</summary>
internal static class AwsCommand
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Put(string instance, IEnumerable<PortRule> rules) =>
        $"aws lightsail put-instance-public-ports --instance-name {Quoted(instance)} --port-infos {Quoted(JsonSerializer.Serialize(rules.Select(Shape), Plain))}";

    private static Dictionary<string, object> Shape(PortRule rule)
    {
        var info = rule.ToPortInfo();
        Dictionary<string, object> shape = new() { ["fromPort"] = rule.FromPort, ["toPort"] = rule.ToPort, ["protocol"] = rule.Protocol };
        foreach (var (name, list) in new[] { ("cidrs", info.Cidrs), ("ipv6Cidrs", info.Ipv6Cidrs), ("cidrListAliases", info.CidrListAliases) })
        {
            if (list is { Count: > 0 })
            {
                shape[name] = list;
            }
        }

        return shape;
    }

    /// <summary>For a POSIX shell, whatever is in it.</summary>
    private static string Quoted(string text) => text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.') ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
