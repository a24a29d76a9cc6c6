using CsCheck;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.Tests.Json;

/// <summary>Drawn requests: any text that is text, any number, any member left out.</summary>
internal static class Requests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char[' ', '\u07ff'], 0, 12],
        Gen.Const("null"), Gen.Const("\"\\"), Gen.Const("\u0000\n"), Gen.Const("日本"), Gen.Const("😀"));

    private static readonly Gen<IReadOnlyList<string>?> Texts =
        Text.List[0, 4].Select(list => (IReadOnlyList<string>)list).Null();

    private static readonly Gen<PortInfo> Rule = Gen.Select(
        Gen.Int.Nullable(), Gen.Int.Nullable(), Text.Null(), Texts, Texts, Texts,
        (from, to, protocol, cidrs, ipv6Cidrs, aliases) => new PortInfo
        {
            FromPort = from,
            ToPort = to,
            Protocol = protocol,
            Cidrs = cidrs,
            Ipv6Cidrs = ipv6Cidrs,
            CidrListAliases = aliases,
        });

    internal static readonly Gen<PutInstancePublicPortsRequest> Put = Gen.Select(
        Text.Null(), Rule.List[0, 5].Select(list => (IReadOnlyList<PortInfo>)list).Null(),
        (name, rules) => new PutInstancePublicPortsRequest { InstanceName = name, PortInfos = rules });
}
