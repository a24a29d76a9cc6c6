namespace Portlight.Wire.Lightsail;

/// <summary>
/// One port rule as a caller writes it. For ICMP, from is the type and to the code, -1 meaning all. A number that is not there is 0: the Go SDK sends no zeros,
/// because the model does not require these members (aws-sdk-go-v2 issue 2162), so Terraform, Pulumi and Crossplane do not either.
/// </summary>
/// <remarks>Settable, unlike the others: the JSON source generator fills init-only members through a boxed argument array, a third of what reading a Put costs.</remarks>
public sealed record PortInfo
{
    public int? FromPort { get; set; }

    public int? ToPort { get; set; }

    public string? Protocol { get; set; }

    public IReadOnlyList<string>? Cidrs { get; set; }

    public IReadOnlyList<string>? Ipv6Cidrs { get; set; }

    public IReadOnlyList<string>? CidrListAliases { get; set; }
}
