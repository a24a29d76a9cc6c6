namespace Portlight.Conformance;

/// <summary>The AWS SDK for JavaScript, version 3, of package-lock.json, pointed here by AWS_ENDPOINT_URL and nothing else.</summary>
public sealed class JavaScriptTests(Installation installation) : StockClientTests(installation)
{
    private protected override string Prefix => "js";

    private protected override StockClient Open(params (string Name, string Value)[] variables) => ScriptedClient.JavaScript(Installation, variables);
}
