namespace Portlight.Netns;

/// <summary>
/// The table as Portlight made it before tables said whose they are, attachments were bound to devices and replies to their owner (commit f991ab1), word for word as `nft list table`
/// gave it then: this machine and one interface, one UDP port open on each.
/// </summary>
internal static class EarlierTable
{
    /// <param name="interface">What was attached beside this machine.</param>
    /// <param name="port">What is open on both.</param>
    /// <param name="comment">What the table says of itself, which is nothing in that layout.</param>
    internal static string With(string @interface, int port, string? comment) => $$"""
        table inet portlight {
        	{{(comment is null ? "" : $"comment \"{comment}\"")}}
        	set attached {
        		type ifname
        		elements = { "{{@interface}}" }
        	}

        	map private {
        		type ifname . ipv4_addr : verdict
        	}

        	set open_ports {
        		type nf_proto . ifname . inet_proto . inet_service
        		elements = {
        			ipv4 . "{{@interface}}" . udp . {{port}},
        			ipv6 . "{{@interface}}" . udp . {{port}},
        		}
        	}

        	set open_protocols {
        		type nf_proto . ifname . inet_proto
        	}

        	set open_icmp {
        		type ifname . icmp_type
        	}

        	set open_icmpv6 {
        		type ifname . icmpv6_type
        	}

        	set open_all {
        		type nf_proto . ifname
        	}

        	map ranged {
        		type ifname : verdict
        	}

        	set host_open {
        		type nf_proto . inet_proto . inet_service
        		flags interval
        		elements = {
        			ipv4 . udp . {{port}},
        			ipv6 . udp . {{port}},
        		}
        	}

        	chain host {
        		type filter hook prerouting priority mangle; policy accept;
        		iif "lo" accept comment "loopback is not judged"
        		fib daddr type unicast accept comment "passes through"
        		ct state established ct direction reply accept comment "replies to what this machine began"
        		meta l4proto icmp ct state related accept comment "errors about a connection"
        		meta l4proto ipv6-icmp ct state related accept comment "errors about a connection"
        		icmpv6 type 133-137 ip6 hoplimit 255 accept comment "neighbour discovery"
        		meta nfproto . meta l4proto . th dport @host_open accept comment "ports open to everybody"
        		drop comment "not in the port set"
        	}

        	chain instance {
        		ct state established ct direction reply accept comment "replies to what the instance began"
        		meta l4proto icmp ct state related accept comment "errors about a connection"
        		meta l4proto ipv6-icmp ct state related accept comment "errors about a connection"
        		icmpv6 type 133-137 ip6 hoplimit 255 accept comment "neighbour discovery"
        		oifname . ip daddr vmap @private comment "private addresses are for peers"
        		meta nfproto . oifname . meta l4proto . th dport @open_ports accept comment "a port open to everybody"
        		meta nfproto . oifname . meta l4proto @open_protocols accept comment "a protocol open to everybody"
        		oifname . icmp type @open_icmp accept comment "an ICMP type open to everybody"
        		oifname . icmpv6 type @open_icmpv6 accept comment "an ICMPv6 type open to everybody"
        		meta nfproto . oifname @open_all accept comment "everything open to everybody"
        		oifname vmap @ranged comment "ranges and sources"
        		drop comment "not in the port set"
        	}

        	chain forward {
        		type filter hook forward priority filter; policy accept;
        		oifname @attached goto instance comment "leaves by an attached interface"
        	}

        	chain output {
        		type filter hook output priority filter; policy accept;
        		oifname @attached goto instance comment "leaves by an attached interface"
        	}
        }
        """;
}
