using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Live;

/// <summary>
/// What instances of one fleet have alike, each held once: rules, tags, and words such as the region. Of ten thousand instances most have the rules and tags of others, and each person has a list of their own.
/// </summary>
internal sealed class AlikeParts
{
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PortsView> _ports = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<Tag>> _tags = new(StringComparer.Ordinal);
    private readonly StringBuilder _key = new();

    /// <summary>The instance, with what is held already in the place of what is alike.</summary>
    public InstanceView View(InstanceStatus status)
    {
        var tags = Tags(status.Tags);
        var ports = Ports(status.PortStates, tags);
        return new InstanceView(
            status with
            {
                RegionName = Word(status.RegionName)!,
                AccountId = Word(status.AccountId)!,
                State = Word(status.State)!,
                NotFiltered = Word(status.NotFiltered),
                Note = Word(status.Note),
                Attachment = status.Attachment is { } attachment ? attachment with { Kind = Word(attachment.Kind)!, Host = Word(attachment.Host) } : null,
                Tags = tags,
                PortStates = ports.States,
            },
            ports);
    }

    private string? Word(string? word)
    {
        if (word is null)
        {
            return null;
        }

        ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_words, word, out _);
        return held ??= word;
    }

    private IReadOnlyList<Tag>? Tags(IReadOnlyList<Tag>? tags)
    {
        if (tags is not { Count: > 0 })
        {
            return tags;
        }

        _key.Clear();
        foreach (var tag in tags)
        {
            _key.Append(tag.Key).Append('\0').Append(tag.Value ?? "\u0001").Append('\0');
        }

        ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_tags, _key.ToString(), out _);
        return held ??= tags;
    }

    /// <summary>What is meant to be open is a matter of tags, so it is part of what is alike.</summary>
    private PortsView Ports(IReadOnlyList<InstancePortState> states, IReadOnlyList<Tag>? tags)
    {
        var meant = InstanceView.MeantPorts(tags);
        _key.Clear().AppendJoin(',', meant);
        foreach (var state in states)
        {
            _key.Append(CultureInfo.InvariantCulture, $"\n{state.Protocol} {state.FromPort} {state.ToPort} {state.State} ").AppendJoin(',', state.Cidrs).Append(' ').AppendJoin(',', state.Ipv6Cidrs).Append(' ').AppendJoin(',', state.CidrListAliases);
        }

        ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_ports, _key.ToString(), out _);
        return held ??= new PortsView(states, meant);
    }
}
