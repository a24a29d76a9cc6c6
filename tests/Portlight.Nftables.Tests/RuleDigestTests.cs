using System.Security.Cryptography;
using Portlight.Nftables.Compiling;

namespace Portlight.Nftables.Tests;

public sealed class RuleDigestTests
{
    [Fact]
    public void The_digest_of_a_rule_is_its_sha256_whatever_its_length()
    {
        var content = new byte[1000];
        new Random(20261127).NextBytes(content);
        for (var length = 0; length <= content.Length; length++)
        {
            Assert.Equal(SHA256.HashData(content.AsSpan(0, length)), RuleDigest.Of(content.AsSpan(0, length)));
        }
    }
}
