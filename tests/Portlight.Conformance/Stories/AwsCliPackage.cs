using System.IO.Compression;

namespace Portlight.Conformance.Stories;

/// <summary>
/// The AWS CLIs that AWS packs for its CDK, from package-lock.json: the newest version 1 and version 2, whatever `aws` this machine has or has not. They come as an
/// archive in the npm package, and are unpacked beside it once.
/// </summary>
internal static class AwsCliPackage
{
    private static readonly Lock Unpacking = new();

    /// <summary>How a version is started.</summary>
    public static IReadOnlyList<string> Find(int version)
    {
        string package = Path.Combine(ScriptedClient.Packages, $"@aws-cdk/asset-awscli-v{version}"), target = Path.Combine(package, "unpacked");
        Assert.True(Directory.Exists(package), $"the npm package @aws-cdk/asset-awscli-v{version} is not installed: run `npm ci` in tests/Portlight.Conformance (./test does)");
        lock (Unpacking)
        {
            if (!Directory.Exists(target))
            {
                var half = $"{target}.{Environment.ProcessId}";
                ZipFile.ExtractToDirectory(Path.Combine(package, "lib/layer.zip"), half);
                Directory.Move(half, target);
            }
        }

        return version == 1
            ? [Programs.Find("python3", "python3"), Path.Combine(target, "awscli/aws")]
            : [Assert.Single(Directory.GetDirectories(Path.Combine(target, "awscli/v2")).Select(folder => Path.Combine(folder, "dist/aws")), File.Exists)];
    }
}
