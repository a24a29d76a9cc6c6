using System.Buffers;
using System.Text;
using System.Xml.Linq;
using Portlight.Wire.Query;

namespace Portlight.Wire.Tests.Query;

/// <summary>Answers and errors of the Query protocol.</summary>
public sealed class XmlAnswerTests
{
    private const string Namespace = "https://iam.amazonaws.com/doc/2010-05-08/";

    [Fact]
    public void An_answer_has_a_result_and_metadata()
    {
        using var answer = new XmlAnswer("GetUser", Namespace);
        answer.Structure("User", () =>
        {
            answer.Text("UserName", "a<b>&\"c\"");
            answer.Text("Path", null);
            answer.Time("CreateDate", new DateTimeOffset(2026, 11, 22, 13, 0, 0, 999, TimeSpan.FromHours(1)));
            answer.Flag("IsThere", true);
            answer.Number("Count", 12);
        });
        answer.List("Tags", ["x"], tag => answer.Text("Key", tag));
        answer.Texts("Names", ["a", "b"]);
        Assert.Equal(
            $"""<GetUserResponse xmlns="{Namespace}"><GetUserResult><User><UserName>a&lt;b&gt;&amp;"c"</UserName><CreateDate>2026-11-22T12:00:00Z</CreateDate><IsThere>true</IsThere><Count>12</Count></User>"""
            + "<Tags><member><Key>x</Key></member></Tags><Names><member>a</member><member>b</member></Names></GetUserResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetUserResponse>",
            Text(answer.Finish("r-1")));
    }

    [Fact]
    public void An_operation_without_output_has_no_result_and_one_with_an_empty_output_has_an_empty_one()
    {
        using var none = new XmlAnswer("DeleteUser", Namespace);
        Assert.Equal($"""<DeleteUserResponse xmlns="{Namespace}"><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DeleteUserResponse>""", Text(none.Finish("r")));
        using var empty = new XmlAnswer("UpdateRole", Namespace);
        empty.Result();
        Assert.Equal($"""<UpdateRoleResponse xmlns="{Namespace}"><UpdateRoleResult /><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></UpdateRoleResponse>""", Text(empty.Finish("r")));
    }

    [Fact]
    public void Line_ends_of_a_text_are_read_back_as_they_were_written()
    {
        const string Lines = "one\r\ntwo\rthree\n\tfour";
        using var answer = new XmlAnswer("GetRole", Namespace);
        answer.Text("Description", Lines);
        Assert.Equal(Lines, XDocument.Parse(Text(answer.Finish("r"))).Descendants(XName.Get("Description", Namespace)).Single().Value);
    }

    [Fact]
    public void Errors_of_IAM_have_their_own_codes_and_statuses()
    {
        Assert.Equal(
            "ValidationError 400, InvalidInput 400, NoSuchEntity 404, EntityAlreadyExists 409, DeleteConflict 409, LimitExceeded 409, MalformedPolicyDocument 400, UnmodifiableEntity 400",
            string.Join(", ", new[]
            {
                IamException.Validation("x"), IamException.InvalidInput("x"), IamException.NoSuchEntity("x"), IamException.EntityAlreadyExists("x"), IamException.DeleteConflict("x"),
                IamException.LimitExceeded("x"), IamException.MalformedPolicyDocument("x"), IamException.UnmodifiableEntity("x"),
            }.Select(error => $"{QueryErrorBody.CodeOf(error)} {QueryErrorBody.StatusOf(error)}")));
        var body = new ArrayBufferWriter<byte>();
        QueryErrorBody.Write(body, IamException.NoSuchEntity("no <such> \u0001 user"), Namespace, "r-1");
        Assert.Equal(
            $"""<ErrorResponse xmlns="{Namespace}"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no &lt;such&gt; � user</Message></Error><RequestId>r-1</RequestId></ErrorResponse>""",
            Encoding.UTF8.GetString(body.WrittenSpan));
    }

    private static string Text(ReadOnlyMemory<byte> document) => Encoding.UTF8.GetString(document.Span);
}
