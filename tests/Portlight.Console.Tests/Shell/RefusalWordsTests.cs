using Portlight.Console.Shell;

namespace Portlight.Console.Tests.Shell;

public sealed class RefusalWordsTests
{
    private const string None = "User: arn:aws:iam::111122223333:user/looker is not authorized to perform: {0} on resource: arn:aws:iam::111122223333:user/frank because no identity-based policy allows the {0} action";
    private const string Deny = "User: arn:aws:iam::111122223333:user/looker is not authorized to perform: iam:DeleteUser on resource: user frank with an explicit deny in a permissions boundary";

    [Fact]
    public void Refusals_for_the_same_reason_are_one_line_and_what_reads_otherwise_stays_as_it_is() => Assert.Equal(
        [
            "Not allowed: iam:CreateAccessKey, iam:DeleteAccessKey (no identity-based policy allows it).",
            "Not allowed: iam:DeleteUser (an explicit deny in a permissions boundary).",
            "your policies do not allow it",
        ],
        RefusalWords.Of([Of("iam:CreateAccessKey"), null, Of("iam:DeleteAccessKey"), Deny, "your policies do not allow it", Of("iam:CreateAccessKey")]));

    private static string Of(string action) => None.Replace("{0}", action, StringComparison.Ordinal);
}
