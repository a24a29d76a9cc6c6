using System.Text;
using System.Xml.Linq;
using Portlight.Server.Tests.Iam;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Sts;

/// <summary>The Query protocol takes its parameters from the URL, from the form that is the body, or from both; and answers in XML whatever comes.</summary>
public sealed class QueryParameterTests
{
    private const string Sts = "https://sts.amazonaws.com/doc/2011-06-15/", Iam = "https://iam.amazonaws.com/doc/2010-05-08/";
    private const string Who = "Action=GetCallerIdentity&Version=2011-06-15", Form = "application/x-www-form-urlencoded";

    /// <summary>boto3's <c>generate_presigned_url</c> makes a POST of it unless it is told otherwise.</summary>
    [Theory]
    [InlineData("GET", null)]
    [InlineData("POST", null)]
    [InlineData("POST", Form)]
    public async Task A_presigned_URL_carries_every_parameter(string method, string? contentType)
    {
        await using var server = await ServerHarness.StartAsync();
        var query = SigV4Signer.PresignedQuery(
            new SigV4Request<HostAlone>(method, "/", Who, new HostAlone(server.Endpoint.Authority), default),
            ["host"], server.Credentials, new SigV4Rules { Service = "sts" }, "us-east-1", server.Clock.GetUtcNow(), TimeSpan.FromMinutes(15));
        using var request = Unsigned(server, method, query, contentType, "");

        var (status, root) = await StsCalls.SendAsync(server, request);

        Assert.True(status == 200, root.ToString());
        Assert.Equal(XName.Get("GetCallerIdentityResponse", Sts), root.Name);
    }

    [Fact]
    public async Task Parameters_of_the_URL_and_of_the_form_come_together()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateRole", ("RoleName", "ops"), ("AssumeRolePolicyDocument", IamCalls.TrustAccount));
        var alice = await server.UserAsync("alice", IamCalls.AllowAll);

        var (status, root) = await SendAsync(server, alice, "Action=AssumeRole&Version=2011-06-15&RoleSessionName=me", "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fops");

        Assert.True(status == 200, root.ToString());
        Assert.Equal(XName.Get("AssumeRoleResponse", Sts), root.Name);
    }

    [Theory]
    [InlineData(Who, "Action=GetSessionToken", 404, "MalformedQueryString", Iam)] // it could not be read, so nobody knows whose it is
    [InlineData(Who + "&Version=2011-06-15", "", 404, "MalformedQueryString", Iam)]
    [InlineData("Action=MakeCoffee&Version=2011-06-15", "", 400, "InvalidAction", Sts)]
    [InlineData("Action=MakeCoffee&Version=2010-05-08", "", 400, "InvalidAction", Iam)]
    [InlineData("", "Action=MakeCoffee&Version=2011-06-15", 400, "InvalidAction", Sts)]
    public async Task What_is_wrong_with_them_is_told_in_XML_and_by_the_service_that_was_asked(string query, string form, int expected, string code, string names)
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, root) = await SendAsync(server, server.Credentials, query, form);

        Assert.Equal(XName.Get("ErrorResponse", names), root.Name);
        Assert.Equal((expected, code), (status, root.Descendants(XName.Get("Code", names)).Single().Value));
    }

    [Fact]
    public async Task A_parameter_that_was_changed_on_the_way_breaks_the_signature_wherever_it_stands()
    {
        await using var server = await ServerHarness.StartAsync();
        var request = Signed(server, server.Credentials, Who, "");
        request.RequestUri = new Uri(request.RequestUri!.AbsoluteUri.Replace("GetCallerIdentity", "GetSessionToken", StringComparison.Ordinal));

        var (status, root) = await StsCalls.SendAsync(server, request);

        Assert.Equal((403, "SignatureDoesNotMatch"), (status, root.Descendants(XName.Get("Code", Sts)).Single().Value));
    }

    private static async Task<(int Status, XElement Root)> SendAsync(ServerHarness server, AwsCredentials caller, string query, string form)
    {
        using var request = Signed(server, caller, query, form);
        return await StsCalls.SendAsync(server, request);
    }

    private static HttpRequestMessage Signed(ServerHarness server, AwsCredentials caller, string query, string form)
    {
        var request = Unsigned(server, "POST", query, Form, form);
        RequestSigning.Sign(request, Encoding.UTF8.GetBytes(form), caller, "us-east-1", server.Clock.GetUtcNow(), "sts");
        return request;
    }

    private static HttpRequestMessage Unsigned(ServerHarness server, string method, string query, string? contentType, string form)
    {
        var request = new HttpRequestMessage(new(method), new Uri(server.Endpoint, "/?" + query));
        if (contentType is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(form)) { Headers = { ContentType = new(contentType) } };
        }

        return request;
    }

    private readonly struct HostAlone(string host) : IHeaderSource
    {
        public HeaderValues Get(string name) => name == "host" ? new(host) : default;

        public IEnumerable<string> Names => ["host"];
    }
}
