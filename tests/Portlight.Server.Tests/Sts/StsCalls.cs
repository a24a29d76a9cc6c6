using System.Text;
using System.Xml.Linq;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Sts;

/// <summary>Calls of the STS API as SDKs send them: a signed form out, XML back.</summary>
internal static class StsCalls
{
    private static readonly XNamespace Names = "https://sts.amazonaws.com/doc/2011-06-15/";

    /// <summary>A call that must succeed; the answer is its result.</summary>
    public static async Task<XElement> StsAsync(this ServerHarness server, AwsCredentials caller, string action, params (string Name, string Value)[] parameters)
    {
        var (status, root) = await SendAsync(server, caller, action, "us-east-1", parameters);
        Assert.True(status == 200, $"{action} answered {status}: {root}");
        Assert.Equal(Names + (action + "Response"), root.Name);
        return root.Element(Names + (action + "Result"))!;
    }

    /// <summary>A call that must be refused: status, code and message.</summary>
    public static async Task<(int Status, string Code, string Message)> StsRefusedAsync(this ServerHarness server, AwsCredentials caller, string action, params (string Name, string Value)[] parameters)
    {
        var (status, root) = await SendAsync(server, caller, action, "us-east-1", parameters);
        return Refusal(status, root);
    }

    public static (int Status, string Code, string Message) Refusal(int status, XElement root)
    {
        Assert.True(root.Name == Names + "ErrorResponse", $"it was not refused: {root}");
        var error = root.Element(Names + "Error")!;
        Assert.Equal("Sender", error.Element(Names + "Type")!.Value);
        return (status, error.Element(Names + "Code")!.Value, error.Element(Names + "Message")!.Value);
    }

    /// <summary>Who the credentials stand for, by GetCallerIdentity.</summary>
    public static async Task<string> WhoAsync(this ServerHarness server, AwsCredentials caller, string region = "us-east-1")
    {
        var (status, root) = await SendAsync(server, caller, "GetCallerIdentity", region);
        Assert.True(status == 200, root.ToString());
        return root.Element(Names + "GetCallerIdentityResult")!.Text("Arn");
    }

    /// <summary>The credentials in an answer.</summary>
    public static AwsCredentials Credentials(this XElement result)
    {
        var given = result.Element(Names + "Credentials")!;
        return new AwsCredentials(given.Text("AccessKeyId"), given.Text("SecretAccessKey"), given.Text("SessionToken"));
    }

    /// <summary>The text of an element, by a path of names.</summary>
    public static string Text(this XElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            element = element.Element(Names + name) ?? throw new InvalidOperationException($"no {name} in {element}");
        }

        return element.Value;
    }

    public static string Members(this XElement element) => string.Join(",", element.Elements().Select(member => member.Name.LocalName));

    public static async Task<(int Status, XElement Root)> SendAsync(ServerHarness server, AwsCredentials caller, string action, string region, params (string Name, string Value)[] parameters)
    {
        using var message = Request(server, caller, action, region, parameters);
        return await SendAsync(server, message);
    }

    public static async Task<(int Status, XElement Root)> SendAsync(ServerHarness server, HttpRequestMessage message)
    {
        using var response = await server.Http.SendAsync(message, TestContext.Current.CancellationToken);
        Assert.Equal("text/xml", response.Content.Headers.ContentType?.MediaType);
        return ((int)response.StatusCode, XDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Root!);
    }

    /// <summary>A signed request, which the test may spoil before it is sent.</summary>
    public static HttpRequestMessage Request(ServerHarness server, AwsCredentials caller, string action, string region, params (string Name, string Value)[] parameters)
    {
        var form = string.Join('&', parameters.Prepend(("Version", "2011-06-15")).Prepend(("Action", action)).Select(pair => $"{Uri.EscapeDataString(pair.Item1)}={Uri.EscapeDataString(pair.Item2)}"));
        var body = Encoding.UTF8.GetBytes(form);
        var message = new HttpRequestMessage(HttpMethod.Post, server.Endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new("application/x-www-form-urlencoded") { CharSet = "utf-8" };
        RequestSigning.Sign(message, body, caller, region, server.Clock.GetUtcNow(), "sts");
        return message;
    }
}
