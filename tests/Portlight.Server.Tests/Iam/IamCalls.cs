using System.Text;
using System.Xml.Linq;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Iam;

/// <summary>Calls of the IAM API as SDKs send them: a signed form out, XML back.</summary>
internal static class IamCalls
{
    /// <summary>A document that allows everything.</summary>
    public const string AllowAll = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";

    /// <summary>A trust policy for everybody of the account.</summary>
    public const string TrustAccount = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}""";

    private static readonly XNamespace Names = "https://iam.amazonaws.com/doc/2010-05-08/";

    /// <summary>A call of the root that must succeed. The answer is its result, or the whole of it where there is none.</summary>
    public static Task<IamAnswer> IamAsync(this ServerHarness server, string action, params (string Name, string Value)[] parameters) => server.IamAsync(server.Credentials, action, parameters);

    public static async Task<IamAnswer> IamAsync(this ServerHarness server, AwsCredentials caller, string action, params (string Name, string Value)[] parameters)
    {
        var (status, text) = await SendAsync(server, caller, action, parameters);
        Assert.True(status == 200, $"{action} answered {status}: {text}");
        var root = XDocument.Parse(text, LoadOptions.PreserveWhitespace).Root!;
        Assert.Equal(Names + (action + "Response"), root.Name);
        return new IamAnswer(root.Element(Names + (action + "Result")) ?? root, text);
    }

    /// <summary>A call of the root that must be refused.</summary>
    public static Task<IamRefusal> IamRefusedAsync(this ServerHarness server, string action, params (string Name, string Value)[] parameters) =>
        server.IamRefusedAsync(server.Credentials, action, parameters);

    public static async Task<IamRefusal> IamRefusedAsync(this ServerHarness server, AwsCredentials caller, string action, params (string Name, string Value)[] parameters)
    {
        var (status, text) = await SendAsync(server, caller, action, parameters);
        Assert.True(status >= 400, $"{action} succeeded: {text}");
        var error = XDocument.Parse(text).Root!.Element(Names + "Error")!;
        Assert.Equal("Sender", error.Element(Names + "Type")!.Value);
        return new IamRefusal(status, error.Element(Names + "Code")!.Value, error.Element(Names + "Message")!.Value);
    }

    /// <summary>Makes a user with a key and one inline policy.</summary>
    public static async Task<AwsCredentials> UserAsync(this ServerHarness server, string name, string? policy = null, string path = "/")
    {
        await server.IamAsync("CreateUser", ("UserName", name), ("Path", path));
        if (policy is not null)
        {
            await server.IamAsync("PutUserPolicy", ("UserName", name), ("PolicyName", "own"), ("PolicyDocument", policy));
        }

        return await server.KeyOfAsync(name);
    }

    /// <summary>A new key of a user that is there.</summary>
    public static async Task<AwsCredentials> KeyOfAsync(this ServerHarness server, string name)
    {
        var key = (await server.IamAsync("CreateAccessKey", ("UserName", name)))["AccessKey"];
        return new AwsCredentials(key.Text("AccessKeyId"), key.Text("SecretAccessKey"));
    }

    /// <summary>Makes a managed policy; returns its ARN.</summary>
    public static async Task<string> PolicyAsync(this ServerHarness server, string name, string document = AllowAll) =>
        (await server.IamAsync("CreatePolicy", ("PolicyName", name), ("PolicyDocument", document)))["Policy"].Text("Arn");

    public static string Allow(string action, string resource = "*", string condition = "") =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"{{action}}","Resource":"{{resource}}"{{(condition.Length == 0 ? "" : $",\"Condition\":{condition}")}}}]}""";

    public static async Task<(int Status, string Text)> SendAsync(ServerHarness server, AwsCredentials caller, string action, params (string Name, string Value)[] parameters)
    {
        var form = string.Join('&', parameters.Prepend(("Version", "2010-05-08")).Prepend(("Action", action)).Select(pair => $"{Uri.EscapeDataString(pair.Item1)}={Uri.EscapeDataString(pair.Item2)}"));
        return await PostAsync(server, caller, form);
    }

    /// <summary>Posts a form as it stands.</summary>
    public static async Task<(int Status, string Text)> PostAsync(ServerHarness server, AwsCredentials caller, string form)
    {
        var body = Encoding.UTF8.GetBytes(form);
        using var message = new HttpRequestMessage(HttpMethod.Post, server.Endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new("application/x-www-form-urlencoded") { CharSet = "utf-8" };
        RequestSigning.Sign(message, body, caller, server.Scope.Region, server.Clock.GetUtcNow(), "iam");
        using var response = await server.Http.SendAsync(message, TestContext.Current.CancellationToken);
        Assert.Equal("text/xml", response.Content.Headers.ContentType?.MediaType);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>An element of an answer, looked into by names without their namespace.</summary>
    internal sealed record IamAnswer(XElement Element, string Raw)
    {
        public IamAnswer this[string name] => new(Element.Element(Names + name) ?? throw new InvalidOperationException($"no {name} in {Element}"), Raw);

        public string Value => Element.Value;

        /// <summary>Names of the elements in it, in order.</summary>
        public string Members => string.Join(",", Element.Elements().Select(member => member.Name.LocalName));

        public string Text(string name) => this[name].Value;

        public bool Has(string name) => Element.Element(Names + name) is not null;

        /// <summary>The members of a list.</summary>
        public IReadOnlyList<IamAnswer> List(string name) => [.. this[name].Element.Elements(Names + "member").Select(member => new IamAnswer(member, Raw))];

        /// <summary>One member of each member of a list, joined by blanks.</summary>
        public string Each(string list, string member) => string.Join(' ', List(list).Select(entry => entry.Text(member)));

        /// <summary>A list of texts, joined by blanks.</summary>
        public string Texts(string list) => string.Join(' ', List(list).Select(entry => entry.Value));
    }

    /// <summary>An error answer.</summary>
    internal sealed record IamRefusal(int Status, string Code, string Message)
    {
        public override string ToString() => $"{Status} {Code}: {Message}";
    }
}
