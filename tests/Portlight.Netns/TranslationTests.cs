using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Netns;

/// <summary>The preview names the ports that other people's nat rules publish, whatever wrote them.</summary>
public sealed class TranslationTests
{
    [Theory]
    [InlineData("tcp dport 8080 dnat to 172.17.0.2:80", "tcp 8080 172.17.0.2:80")]
    [InlineData("iifname != \"docker0\" tcp dport 8888 counter dnat to 172.17.0.2:80", "tcp 8888 172.17.0.2:80")]
    [InlineData("udp dport 5000-5010 dnat to 172.17.0.3", "udp 5000-5010 172.17.0.3")]
    [InlineData("tcp dport { 90, 95-97 } redirect to :8080", "tcp 90 :8080; tcp 95-97 :8080")]
    [InlineData("tcp dport >= 65000 dnat to 172.17.0.2", "tcp 65000-65535 172.17.0.2")]
    [InlineData("tcp dport != 22 dnat to 172.17.0.2", "tcp 0-21 172.17.0.2; tcp 23-65535 172.17.0.2")]
    [InlineData("tcp dport != { 22, 80-90 } dnat to 172.17.0.2", "tcp 0-21 172.17.0.2; tcp 23-79 172.17.0.2; tcp 91-65535 172.17.0.2")]
    [InlineData("meta l4proto { tcp, udp } th dport 53 dnat to 172.17.0.2", "tcp 53 172.17.0.2; udp 53 172.17.0.2")]
    [InlineData("dnat to tcp dport map { 8080 : 172.17.0.2 . 80, 8443 : 172.17.0.3 . 443 }", "tcp 8080 172.17.0.2:80; tcp 8443 172.17.0.3:443")]
    [InlineData("meta l4proto . th dport vmap { tcp . 1000 : goto service, udp . 1001 : goto service }", "tcp 1000 172.17.0.9:9; udp 1001 172.17.0.9:9")]
    [InlineData("tcp dport vmap { 2000-2009 : jump service }", "tcp 2000-2009 172.17.0.9:9")]
    [InlineData("ip daddr 203.0.113.7 dnat to 172.17.0.2", "all 0-65535 172.17.0.2")]
    [InlineData("sctp dport 7 dnat to 172.17.0.2", "132 7 172.17.0.2")]
    [InlineData("tcp dport & 1 == 1 dnat to 172.17.0.2", "1 nat rule could not be read")]
    [InlineData("tcp dport 80 accept", "")]
    [InlineData("tcp dport 9 jump questions", "")] // no packet is both
    public void Rules_of_nf_tables_are_read(string rule, string expected)
    {
        using var scene = new Scene();
        scene.Host.Nft($$"""
            table ip engine {
                chain service {
                    meta l4proto { tcp, udp } dnat to 172.17.0.9:9
                }
                chain questions {
                    udp dport 9 dnat to 172.17.0.9
                }
                chain prerouting {
                    type nat hook prerouting priority dstnat
                    {{rule}}
                }
                chain output {
                    type nat hook output priority -100
                    tcp dport 1 dnat to 172.17.0.1
                }
            }
            """);
        try
        {
            Assert.Equal(expected, Found(scene));
        }
        finally
        {
            scene.Host.Nft("delete table ip engine");
        }
    }

    [Fact]
    public void Rules_of_the_inet_family_are_read_for_both_families()
    {
        using var scene = new Scene();
        scene.Host.Nft("""
            table inet engine {
                chain prerouting {
                    type nat hook prerouting priority dstnat
                    tcp dport 8080 dnat ip to 172.17.0.2:80
                    tcp dport 8080 dnat ip6 to [fd17::2]:80
                }
            }
            """);
        try
        {
            Assert.Equal("tcp 8080 172.17.0.2:80; tcp 8080 [fd17::2]:80", Found(scene));
        }
        finally
        {
            scene.Host.Nft("delete table inet engine");
        }
    }

    /// <summary>As Docker writes them.</summary>
    [Fact]
    public void Rules_of_iptables_are_read()
    {
        using var scene = new Scene();
        try
        {
            foreach (var rule in new[]
            {
                "-N DOCKER",
                "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
                "-A DOCKER -i docker0 -j RETURN",
                "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8888 -j DNAT --to-destination 172.17.0.2:80",
                "-A DOCKER ! -i docker0 -p udp -m udp --dport 5000:5010 -j DNAT --to-destination 172.17.0.3",
                "-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080",
                "-A PREROUTING -p tcp -m multiport --dports 90,95:97 -j DNAT --to-destination 172.17.0.4:1",
            })
            {
                scene.Host.Run("iptables-nft", $"-t nat {rule}");
            }

            scene.Host.Run("ip6tables-nft", "-t nat -A PREROUTING -p tcp --dport 8889 -j DNAT --to-destination [fd17::2]:80");
            Assert.Equal(
                "tcp 80 :8080; tcp 90 172.17.0.4:1; tcp 95-97 172.17.0.4:1; tcp 8888 172.17.0.2:80; tcp 8889 [fd17::2]:80; udp 5000-5010 172.17.0.3",
                Found(scene));
        }
        finally
        {
            scene.Host.Nft("add table ip nat\ndelete table ip nat\nadd table ip6 nat\ndelete table ip6 nat");
        }
    }

    private static string Found(Scene scene)
    {
        var facts = scene.Agent.InspectAsync(new Attachment.ThisHost([], []), CancellationToken.None).GetAwaiter().GetResult();
        return string.Join("; ", facts.Translated.Select(Words).Concat(facts.Unseen.Select(sentence => sentence.Split(':')[0])));
    }

    private static string Words(TranslatedPort port) => $"{port.Protocol} {port.FromPort}{(port.ToPort == port.FromPort ? "" : $"-{port.ToPort}")} {port.Target}";
}
