using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Keeps port rules under a name, or other rules under one that is there. No instance changes by it.</summary>
public sealed record PutPortTemplateRequest
{
    /// <summary>As the name of a network is; found whatever its case.</summary>
    public string? TemplateName { get; init; }

    /// <summary>The rules, as PutInstancePublicPorts takes them.</summary>
    public IReadOnlyList<PortInfo?>? PortInfos { get; init; }
}

/// <summary>The answer to <see cref="PutPortTemplateRequest"/>.</summary>
public sealed record PutPortTemplateResponse
{
    public required PortTemplate Template { get; init; }
}
