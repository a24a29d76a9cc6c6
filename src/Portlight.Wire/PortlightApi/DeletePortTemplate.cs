namespace Portlight.Wire.PortlightApi;

/// <summary>Forgets a template. Instances that have its rules keep them.</summary>
public sealed record DeletePortTemplateRequest
{
    public string? TemplateName { get; init; }
}

/// <summary>The answer to <see cref="DeletePortTemplateRequest"/>: what it was.</summary>
public sealed record DeletePortTemplateResponse
{
    public required PortTemplate Template { get; init; }
}
