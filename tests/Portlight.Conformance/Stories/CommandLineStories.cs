namespace Portlight.Conformance.Stories;

/// <summary>The AWS CLI, version 1: other exit codes and other timestamps than version 2.</summary>
public sealed class AwsCli1StoryTests(Installation installation) : ShortStoryTests(installation)
{
    private protected override string Prefix => "cli1";

    private protected override StockClient Open(string service) => new AwsCli(Installation) { Command = AwsCliPackage.Find(1), Service = service, ServiceRefused = 255 };
}

/// <summary>The AWS CLI, version 2, as AWS builds it; <see cref="AwsCliTests"/> has the one of the distribution.</summary>
public sealed class AwsCli2StoryTests(Installation installation) : ShortStoryTests(installation)
{
    private protected override string Prefix => "cli2";

    private protected override StockClient Open(string service) => new AwsCli(Installation) { Command = AwsCliPackage.Find(2), Service = service };
}
