using System.Security.Cryptography;

namespace Portlight.Server.Tests.Operations;

public sealed class KeyPairTests
{
    /// <summary>A well-formed key that belongs to nobody.</summary>
    internal const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl somebody@example.com";

    [Fact]
    public async Task A_created_key_pair_is_given_out_once_and_works()
    {
        await using var server = await ServerHarness.StartAsync();
        var created = await server.SendAsync("CreateKeyPair", """{"keyPairName":"MyKey","tags":[{"key":"env"}]}""");

        Assert.Equal("CreateKeyPair KeyPair MyKey in all: Succeeded, terminal", created.GetProperty("operation").Record());
        Assert.Equal("name,arn,supportCode,createdAt,location,resourceType", created.GetProperty("keyPair").Members());
        using var rsa = RSA.Create();
        rsa.ImportFromPem(created.Text("privateKeyBase64"));
        var blob = Convert.FromBase64String(created.Text("publicKeyBase64").Split(' ')[1]);
        Assert.Equal(rsa.ExportParameters(false).Modulus, blob[^256..]);
        Assert.Equal(2048, rsa.KeySize);

        var read = (await server.SendAsync("GetKeyPair", """{"keyPairName":"MyKey"}""")).GetProperty("keyPair");
        Assert.Equal("name,arn,supportCode,createdAt,location,resourceType,tags,fingerprint", read.Members());
        Assert.Matches("^([0-9a-f]{2}:){19}[0-9a-f]{2}$", read.Text("fingerprint"));
        Assert.Equal("NameExists", (await server.RefuseAsync("CreateKeyPair", """{"keyPairName":"MyKey"}""")).Code);

        Assert.Equal("DeleteKeyPair KeyPair MyKey in all: Succeeded, terminal", (await server.SendAsync("DeleteKeyPair", """{"keyPairName":"MyKey"}""")).GetProperty("operation").Record());
        Assert.Equal(new("NotFoundException", "DoesNotExist", "The KeyPair does not exist: MyKey"), await server.RefuseAsync("GetKeyPair", """{"keyPairName":"MyKey"}"""));
        Assert.Equal("DoesNotExist", (await server.RefuseAsync("DeleteKeyPair", """{"keyPairName":"MyKey"}""")).Code);
    }

    [Fact]
    public async Task An_imported_key_may_be_the_text_or_its_base64()
    {
        await using var server = await ServerHarness.StartAsync();
        var imported = await server.SendAsync("ImportKeyPair", $$"""{"keyPairName":"one","publicKeyBase64":"{{PublicKey}}\n"}""");
        Assert.Equal("ImportKeyPair KeyPair one in all: Succeeded, terminal", imported.GetProperty("operation").Record());
        var encoded = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(PublicKey));
        await server.SendAsync("ImportKeyPair", $$"""{"keyPairName":"two","publicKeyBase64":"{{encoded}}"}""");
        var pairs = (await server.SendAsync("GetKeyPairs")).GetProperty("keyPairs");
        Assert.Equal(["one", "two"], pairs.EnumerateArray().Select(pair => pair.Text("name")));
        Assert.Single(pairs.EnumerateArray().Select(pair => pair.Text("fingerprint")).Distinct());
    }

    [Fact]
    public async Task A_file_of_several_keys_is_refused_and_not_cut()
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var text in new[] { $@"{PublicKey}\n{PublicKey}\n", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(PublicKey + "\n" + PublicKey)), Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(PublicKey)).Insert(76, @"\n") })
        {
            var refused = await server.RefuseAsync("ImportKeyPair", $$"""{"keyPairName":"one","publicKeyBase64":"{{text}}"}""");
            Assert.Equal("publicKeyBase64: holds 2 lines; one public key on one line is wanted", refused.Message);
        }
    }

    [Theory]
    [InlineData("ssh-rsa")]
    [InlineData("ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256")]
    [InlineData("ecdsa-sha2-nistp384")]
    [InlineData("ecdsa-sha2-nistp521")]
    public async Task Of_an_imported_key_its_bytes_are_kept_and_its_comment_is_not(string algorithm)
    {
        await using var server = await ServerHarness.StartAsync();
        byte[] blob = [0, 0, 0, (byte)algorithm.Length, .. System.Text.Encoding.ASCII.GetBytes(algorithm), 0, 0, 0, 3, 7, 8, 9];

        await server.SendAsync("ImportKeyPair", $$"""{"keyPairName":"one","publicKeyBase64":"{{algorithm}} {{Convert.ToBase64String(blob)}} somebody@example.com"}""");

        Assert.Equal($"{algorithm} {Convert.ToBase64String(blob)}", server.Server.Store.View.FindKeyPair(server.Scope, "one")!.PublicKey);
#pragma warning disable CA5350 // The fingerprint is a label of 20 bytes, not a protection.
        var fingerprint = string.Join(':', SHA1.HashData(blob).Select(octet => octet.ToString("x2")));
#pragma warning restore CA5350
        Assert.Equal(fingerprint, (await server.SendAsync("GetKeyPair", """{"keyPairName":"one"}""")).GetProperty("keyPair").Text("fingerprint"));
        Assert.Equal("expectedFingerprint: is not the fingerprint of the key pair one", (await server.RefuseAsync("DeleteKeyPair", """{"keyPairName":"one","expectedFingerprint":"00:11"}""")).Message);
        await server.SendAsync("DeleteKeyPair", $$"""{"keyPairName":"one","expectedFingerprint":"{{fingerprint}}"}""");
    }

    [Theory]
    [InlineData("")]
    [InlineData("ssh-rsa")]
    [InlineData("ssh-rsa not-base64!")]
    [InlineData("ssh-dss AAAAB3NzaC1kc3MAAACBAP1")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")]
    [InlineData("-----BEGIN PUBLIC KEY-----")]
    [InlineData("Cg==")]
    public async Task What_is_no_public_key_is_refused(string key)
    {
        await using var server = await ServerHarness.StartAsync();
        var refused = await server.RefuseAsync("ImportKeyPair", $$"""{"keyPairName":"one","publicKeyBase64":"{{key}}"}""");
        Assert.StartsWith("publicKeyBase64: is ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_key_pair_is_shown_when_asked_for_and_replaced_when_deleted_by_fingerprint()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Empty((await server.SendAsync("GetKeyPairs")).GetProperty("keyPairs").EnumerateArray());
        var shown = (await server.SendAsync("GetKeyPairs", """{"includeDefaultKeyPair":true}""")).GetProperty("keyPairs")[0];
        Assert.Equal("LightsailDefaultKeyPair", shown.Text("name"));
        var before = await server.SendAsync("DownloadDefaultKeyPair");
        Assert.Equal("publicKeyBase64,privateKeyBase64,createdAt", before.Members());

        Assert.StartsWith("expectedFingerprint: is missing", (await server.RefuseAsync("DeleteKeyPair", """{"keyPairName":"LightsailDefaultKeyPair"}""")).Message, StringComparison.Ordinal);
        Assert.StartsWith("expectedFingerprint: is not", (await server.RefuseAsync("DeleteKeyPair", """{"keyPairName":"LightsailDefaultKeyPair","expectedFingerprint":"00:11"}""")).Message, StringComparison.Ordinal);
        await server.SendAsync("DeleteKeyPair", $$"""{"keyPairName":"LightsailDefaultKeyPair","expectedFingerprint":"{{shown.Text("fingerprint")}}"}""");

        Assert.NotEqual(before.Text("privateKeyBase64"), (await server.SendAsync("DownloadDefaultKeyPair")).Text("privateKeyBase64"));
        await server.CreateRunningAsync("web-1");
    }
}
