namespace Portlight.Conformance;

/// <summary>The boto3 of the distribution.</summary>
public sealed class Boto3Tests(Installation installation) : StockClientTests(installation)
{
    private protected override string Prefix => "boto3";

    private protected override StockClient Open(params (string Name, string Value)[] variables) => ScriptedClient.Boto3(Installation, variables);
}
