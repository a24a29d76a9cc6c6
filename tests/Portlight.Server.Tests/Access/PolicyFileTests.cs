using Portlight.Api;
using Portlight.Policies;

namespace Portlight.Server.Tests.Access;

public sealed class PolicyFileTests
{
    public static TheoryData<string> Names => [.. Directory.GetFiles(PolicyFiles.Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Can_be_put_and_stands_in_the_guide_word_for_word(string name)
    {
        var text = PolicyFiles.Read(name);

        Assert.True(PolicyDocument.TryParse(text, PolicyKind.Identity, out var document, out var problems), string.Join("; ", problems));
        Assert.Empty(PortKeys.Own.ProblemsOf(document));
        Assert.Contains($"```json\n{text}```", File.ReadAllText(PolicyFiles.Guide), StringComparison.Ordinal);
    }
}
