
namespace Portlight.Policies.Tests.Reading;

public sealed class PolicyDocumentTests
{
    private const string Whole = """
        {
          "Version": "2012-10-17", "Id": "x",
          "Statement": [
            {"Sid": "First", "Effect": "Allow", "Action": ["lightsail:Get*"], "Resource": "*"},
            {"Sid": "", "Effect": "Deny",
             "NotAction": "lightsail:*", "NotResource": ["arn:aws:lightsail:*:*:Instance/é${*}"],
             "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a", 1, true]}}} ]
        }
        """;

    [Fact]
    public void A_statement_knows_its_name_its_number_and_its_place()
    {
        var document = Given.Document(Whole);
        Assert.Equal("2012-10-17", document.Version);
        Assert.Equal(
            ["First False 0 4:5-4:87", "statement 2 True 1 5:5-7:87"],
            document.Statements.Select(statement => $"{statement} {statement.IsDeny} {statement.Index} {Place(statement.Start)}-{Place(statement.End)}"));
        Assert.Null(document.Statements[1].Sid);
    }

    [Fact]
    public void Columns_count_characters()
    {
        var document = Given.Document("""{"Id": "é😀", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""");
        Assert.Equal((new TextPosition(1, 28), new TextPosition(1, 79)), (document.Statements[0].Start, document.Statements[0].End));
    }

    [Theory]
    [InlineData("""{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""")]
    [InlineData("""{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}}, "Version": "2008-10-17"}""")]
    [InlineData("""{"Statement": {"Effect": "Allow", "Action": "s3:Get?bject", "Resource": "arn:aws:s3:::bucket/${*}:${aws:username, 'a b'}"}, "Version": "2012-10-17"}""")]
    [InlineData("""{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/${oops"}}""")]
    public void What_iam_takes_is_taken(string json) => Assert.Single(Given.Document(json).Statements);

    private static string Place(TextPosition place) => $"{place.Line}:{place.Column}";
}
