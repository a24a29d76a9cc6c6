namespace Portlight.Conformance.Stories;

/// <summary>boto3 of the distribution.</summary>
public sealed class Boto3StoryTests(Installation installation) : ShortStoryTests(installation)
{
    private protected override string Prefix => "boto3-short";

    private protected override StockClient Open(string service) => ScriptedClient.Boto3Of(Installation, service);
}

/// <summary>The AWS SDK for JavaScript, version 3.</summary>
public sealed class JavaScript3StoryTests(Installation installation) : ShortStoryTests(installation)
{
    private protected override string Prefix => "js3-short";

    private protected override StockClient Open(string service) => ScriptedClient.JavaScriptOf(Installation, "javascript_client.mjs", $"@aws-sdk/client-{service}", service);
}

/// <summary>The AWS SDK for JavaScript, version 2.</summary>
public sealed class JavaScript2StoryTests(Installation installation) : ShortStoryTests(installation)
{
    private protected override string Prefix => "js2";

    private protected override StockClient Open(string service) => ScriptedClient.JavaScriptOf(Installation, "javascript_v2_client.mjs", "aws-sdk", service);
}

/// <summary>The AWS SDK for Go, version 2, which Terraform, Pulumi and Crossplane are on. It sends no zeros.</summary>
public sealed class Go2StoryTests(Installation installation) : ShortStoryTests(installation)
{
    private protected override string Prefix => "go2";

    /// <summary>Releases up to 1.17 take the finer code of the body, which the model has for this error, for the type; later ones the header (docs/clients.md).</summary>
    private protected override string NotFound => GoProgram.Version("aws-sdk-go-v2") < new Version(1, 18) ? "DoesNotExist" : base.NotFound;

    private protected override StockClient Open(string service) => GoProgram.Open(Installation, "go_v2", "aws-sdk-go-v2", service);
}

/// <summary>The AWS SDK for Go, version 1.</summary>
public sealed class Go1StoryTests(Installation installation) : ShortStoryTests(installation)
{
    private protected override string Prefix => "go1";

    private protected override StockClient Open(string service) => GoProgram.Open(Installation, "go_v1", "aws-sdk-go", service);
}
