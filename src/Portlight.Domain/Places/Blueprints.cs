using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>
/// The images. Default ports are the user guide's, in the order that captures show (80, 22, then 443 or 3389). Ids that clients' own tests use
/// (<c>amazon_linux_2</c>, <c>ubuntu_22_04</c>, <c>wordpress</c>, <c>windows_server_2022</c>) are certain; version numbers are examples of their time. A group is what the versions of one image share: <c>node</c>, <c>lamp_8</c>
/// and those of Windows are captured, <c>ubuntu</c> is what clients look for, the others follow (docs/conformance.md).
/// </summary>
public static class Blueprints
{
    private static readonly PortSet OsPorts = Tcp(80, 22);
    private static readonly PortSet AppPorts = Tcp(80, 22, 443);
    private static readonly PortSet WindowsPorts = Tcp(80, 22, 3389);
    private static readonly PortSet PleskPorts = Of(PortsOf(NetworkProtocol.Tcp, 80, 22, 443, 53), PortsOf(NetworkProtocol.Udp, 53), PortsOf(NetworkProtocol.Tcp, 8443, 8447));
    private static readonly PortSet CpanelPorts = Of(PortsOf(NetworkProtocol.Tcp, 80, 22, 443, 53), PortsOf(NetworkProtocol.Udp, 53), PortsOf(NetworkProtocol.Tcp, 2078, 2083, 2087, 2089));

    public static ImmutableArray<Blueprint> All { get; } =
    [
        App("wordpress", "WordPress", "6.5.3-0", "WordPress is a platform for blogs and content."),
        App("wordpress_multisite", "WordPress Multisite", "6.5.3-0", "WordPress Multisite runs several sites from one installation."),
        App("lamp_8_bitnami", "LAMP (PHP 8)", "8.3.7-0", "LAMP is Linux, Apache, MariaDB and PHP.", group: "lamp_8"),
        App("nodejs", "Node.js", "20.13.1-0", "Node.js runs JavaScript on the server.", group: "node"),
        App("joomla", "Joomla", "5.1.0-0", "Joomla is a content management system."),
        App("magento", "Magento", "2.4.7-0", "Magento is an e-commerce platform.", minPower: 500),
        App("mean", "MEAN", "7.0.9-0", "MEAN is MongoDB, Express, Angular and Node.js."),
        App("drupal", "Drupal", "10.2.6-0", "Drupal is a content management system."),
        App("gitlab", "GitLab CE", "16.11.2-0", "GitLab CE is a platform for code.", minPower: 1000),
        App("redmine", "Redmine", "5.1.2-0", "Redmine is a tool for projects and issues."),
        App("nginx", "Nginx", "1.26.0-0", "LEMP is Linux, Nginx, MariaDB and PHP."),
        App("ghost_bitnami", "Ghost", "5.82.6-0", "Ghost is a platform for publishing.", group: "ghost"),
        App("django", "Django", "5.0.6-0", "Django is a web framework for Python."),
        App("prestashop_bitnami", "PrestaShop", "8.1.5-0", "PrestaShop is an e-commerce platform.", group: "prestashop"),
        App("plesk_ubuntu_22_04", "Plesk Hosting Stack on Ubuntu", "18.0.61", "Plesk is a panel for hosting sites.", group: "plesk_ubuntu", username: "ubuntu", ports: PleskPorts),
        App("cpanel_whm_linux", "cPanel & WHM for Linux", "120.0.7", "cPanel & WHM is a panel for hosting sites.", minPower: 1000, username: "ec2-user", ports: CpanelPorts),
        Os("amazon_linux_2023", "amazon_linux_2023", "Amazon Linux 2023", "2023.4", "ec2-user"),
        Os("amazon_linux_2", "amazon_linux_2", "Amazon Linux 2", "2.0.20240521.0", "ec2-user"),
        Os("amazon_linux", "amazon-linux", "Amazon Linux", "2018.03", "ec2-user", isActive: false),
        Os("ubuntu_24_04", "ubuntu", "Ubuntu", "24.04 LTS", "ubuntu"),
        Os("ubuntu_22_04", "ubuntu", "Ubuntu", "22.04 LTS", "ubuntu"),
        Os("ubuntu_20_04", "ubuntu", "Ubuntu", "20.04 LTS", "ubuntu"),
        Os("ubuntu_18_04", "ubuntu", "Ubuntu", "18.04 LTS", "ubuntu", isActive: false),
        Os("ubuntu_16_04_2", "ubuntu", "Ubuntu", "16.04 LTS", "ubuntu", isActive: false),
        Os("debian_12", "debian", "Debian", "12.5", "admin"),
        Os("debian_11", "debian", "Debian", "11.9", "admin"),
        Os("debian_10", "debian", "Debian", "10.13", "admin", isActive: false),
        Os("almalinux_9", "almalinux", "AlmaLinux OS 9", "9.4", "ec2-user"),
        Os("centos_stream_9", "centos", "CentOS Stream 9", "9", "ec2-user"),
        Os("centos_7_2009_01", "centos", "CentOS", "7 2009-01", "centos", isActive: false),
        Os("freebsd_14", "freebsd", "FreeBSD", "14.0", "ec2-user"),
        Os("freebsd_13", "freebsd", "FreeBSD", "13.3", "ec2-user"),
        Os("opensuse_15_5", "opensuse", "openSUSE", "15.5", "ec2-user"),
        Windows("windows_server_2022", "windows_2022", "Windows Server 2022", "2024.05.15"),
        Windows("windows_server_2019", "windows_2019", "Windows Server 2019", "2024.05.15"),
        Windows("windows_server_2016", "windows_2016", "Windows Server 2016", "2024.05.15"),
        Windows("windows_server_2012", "windows_2012", "Windows Server 2012 R2", "2023.10.11", isActive: false),
        Windows("windows_server_2022_sql_2022_express", "windows_2022_sql_exp_2022", "SQL Server 2022 Express", "2024.05.15", isOs: false, minPower: 1000),
        Windows("windows_server_2022_sql_2019_express", "windows_2022_sql_exp_2019", "SQL Server 2019 Express", "2024.05.15", isOs: false, minPower: 1000),
        Windows("windows_server_2016_sql_2016_express", "windows_2016_sql_exp", "SQL Server 2016 Express", "2024.05.15", isOs: false, minPower: 1000),
    ];

    private static FrozenDictionary<string, Blueprint> ById { get; } = All.ToFrozenDictionary(blueprint => blueprint.Id, StringComparer.Ordinal);

    public static Blueprint? Find(string? id) => id is null ? null : ById.GetValueOrDefault(id);

    private static Blueprint App(
        string id, string name, string version, string description, string? group = null, int minPower = 0, string username = "bitnami", PortSet? ports = null) => new()
        {
            Id = id,
            Name = name,
            Group = group ?? id,
            IsOs = false,
            Version = version,
            Description = description,
            ProductUrl = $"https://aws.amazon.com/marketplace/search/results?searchTerms={Uri.EscapeDataString(name)}",
            Username = username,
            DefaultPorts = ports ?? AppPorts,
            MinPower = minPower,
        };

    private static Blueprint Os(string id, string group, string name, string version, string username, bool isActive = true) => new()
    {
        Id = id,
        Name = name,
        Group = group,
        IsOs = true,
        Version = version,
        Description = $"{name} {version} with no application on it.",
        ProductUrl = $"https://aws.amazon.com/marketplace/search/results?searchTerms={Uri.EscapeDataString(name)}",
        Username = username,
        DefaultPorts = OsPorts,
        IsActive = isActive,
    };

    private static Blueprint Windows(string id, string group, string name, string version, bool isOs = true, int minPower = 0, bool isActive = true) => new()
    {
        Id = id,
        Name = name,
        Group = group,
        IsOs = isOs,
        Version = version,
        Description = $"{name}, patched as of {version}.",
        ProductUrl = "https://aws.amazon.com/windows/",
        Username = "Administrator",
        DefaultPorts = WindowsPorts,
        Platform = Platform.Windows,
        MinPower = minPower,
        IsActive = isActive,
    };

    private static PortSet Tcp(params int[] ports) => Of(PortsOf(NetworkProtocol.Tcp, ports));

    private static PortSet Of(params IEnumerable<PortRule>[] rules) => PortSet.Of(rules.SelectMany(rule => rule));

    /// <summary>Each port for everybody on both families.</summary>
    private static IEnumerable<PortRule> PortsOf(NetworkProtocol protocol, params int[] ports) =>
        ports.Select(port => new PortRule(new PortKey(protocol, port, port), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []));
}
