using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.Tests.Lightsail;

/// <summary>
/// Recorded answers of the real service, read and written again: every member and every number must come back as it was. The
/// recordings are not part of this repository: see <see cref="RecordedMaterial"/>.
/// </summary>
public sealed class SampleTests
{
    private static readonly string Folder = RecordedMaterial.Folder("lightsail/samples");

    private static LightsailJson Shapes => LightsailJson.Default;

    private static readonly Dictionary<string, JsonTypeInfo> Answers = new()
    {
        { "allocate-static-ip", Shapes.AllocateStaticIpResponse },
        { "attach-static-ip", Shapes.AttachStaticIpResponse },
        { "close-instance-public-ports", Shapes.CloseInstancePublicPortsResponse },
        { "create-instances", Shapes.CreateInstancesResponse },
        { "create-key-pair", Shapes.CreateKeyPairResponse },
        { "delete-instance", Shapes.DeleteInstanceResponse },
        { "delete-key-pair", Shapes.DeleteKeyPairResponse },
        { "detach-static-ip", Shapes.DetachStaticIpResponse },
        { "get-active-names", Shapes.GetActiveNamesResponse },
        { "get-instance-access-details", Shapes.GetInstanceAccessDetailsResponse },
        { "get-instance-port-states", Shapes.GetInstancePortStatesResponse },
        { "get-instance-state", Shapes.GetInstanceStateResponse },
        { "get-instance", Shapes.GetInstanceResponse },
        { "get-instances", Shapes.GetInstancesResponse },
        { "get-key-pair", Shapes.GetKeyPairResponse },
        { "get-key-pairs", Shapes.GetKeyPairsResponse },
        { "get-operation", Shapes.GetOperationResponse },
        { "get-static-ip", Shapes.GetStaticIpResponse },
        { "get-static-ips", Shapes.GetStaticIpsResponse },
        { "is-vpc-peered", Shapes.IsVpcPeeredResponse },
        { "open-instance-public-ports", Shapes.OpenInstancePublicPortsResponse },
        { "reboot-instance", Shapes.RebootInstanceResponse },
        { "release-static-ip", Shapes.ReleaseStaticIpResponse },
        { "start-instance", Shapes.StartInstanceResponse },
        { "stop-instance", Shapes.StopInstanceResponse },
        { "wild-instance-wordpress-2023", Shapes.Instance },
    };

    public static TheoryData<string> Names => [.. Answers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recorded_answer_reads_and_writes_back_the_same(string name)
    {
        var file = Path.Combine(Folder, name + ".json");
        Assert.SkipUnless(File.Exists(file), $"the recorded answers are not here: {file}");
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        // One recording shows its answer inside a list.
        var recorded = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement[0] : document.RootElement;

        var value = recorded.Deserialize(Answers[name]);

        using var written = JsonDocument.Parse(JsonSerializer.Serialize(value, Answers[name]));
        var differences = new List<string>();
        Compare(recorded, written.RootElement, "$", differences);
        Assert.Empty(differences);
    }

    // What the recording has must come back equal, in the same order. What it lacks may be there only as an empty list: members
    // that today's service always sends and that of 2019 did not know.
    private static void Compare(JsonElement before, JsonElement after, string path, List<string> differences)
    {
        if (before.ValueKind != after.ValueKind)
        {
            differences.Add($"{path}: {before.ValueKind} became {after.ValueKind}");
        }
        else if (before.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in Members(before))
            {
                if (after.TryGetProperty(member.Name, out var kept))
                {
                    Compare(member.Value, kept, $"{path}.{member.Name}", differences);
                }
                else
                {
                    differences.Add($"{path}.{member.Name}: lost");
                }
            }

            var names = Members(before).Select(member => member.Name).ToList();
            foreach (var added in after.EnumerateObject().Where(member => !names.Contains(member.Name)))
            {
                if (added.Value.ValueKind != JsonValueKind.Array || added.Value.GetArrayLength() > 0)
                {
                    differences.Add($"{path}.{added.Name}: added");
                }
            }

            var order = after.EnumerateObject().Select(member => member.Name).Where(names.Contains);
            if (!names.Where(name => after.TryGetProperty(name, out _)).SequenceEqual(order))
            {
                differences.Add($"{path}: order {string.Join(',', names)}");
            }
        }
        else if (before.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, (left, right)) in before.EnumerateArray().Zip(after.EnumerateArray()).Index())
            {
                Compare(left, right, $"{path}[{index}]", differences);
            }

            if (before.GetArrayLength() != after.GetArrayLength())
            {
                differences.Add($"{path}: length");
            }
        }
        else if (before.ValueKind == JsonValueKind.String ? before.GetString() != after.GetString() : before.GetRawText() != after.GetRawText())
        {
            differences.Add($"{path}: {before.GetRawText()} became {after.GetRawText()}");
        }
    }

    // Members whose name starts with a line are remarks of whoever kept the recording.
    private static IEnumerable<JsonProperty> Members(JsonElement recorded) => recorded.EnumerateObject()
        .Where(member => member.Value.ValueKind != JsonValueKind.Null && !member.Name.StartsWith('_'));
}
