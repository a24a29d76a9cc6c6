namespace Portlight.Nftables;

/// <summary>The whole desired state of this machine's kernel: options and every attachment, by its key.</summary>
public sealed class Ruleset
{
    private readonly Dictionary<string, FilteredAttachment> _attachments = new(StringComparer.Ordinal);

    public Ruleset(RulesetOptions options, IEnumerable<FilteredAttachment> attachments)
    {
        Options = options;
        foreach (var attachment in attachments)
        {
            _attachments[attachment.Key] = attachment;
        }
    }

    public RulesetOptions Options { get; }

    public IReadOnlyDictionary<string, FilteredAttachment> Attachments => _attachments;
}
