using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Failures;

/// <summary>What a machine or a setting can do to <c>serve</c> at its start: one line that says what is wrong, exit code 1, no stack trace, and no installation made.</summary>
[SupportedOSPlatform("linux")]
public sealed class ExpectedFaultTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-fault-");

    public ExpectedFaultTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Write("cert.pem", certificate.ExportCertificatePem());
        Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        Write("other.pem", other.ExportPkcs8PrivateKeyPem());
        Write("encrypted.pem", key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)));
        Write("a-file", "");
        // For a process of another user.
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("--listen http://10.99.99.99:8596", "cannot listen on http://10.99.99.99:8596: this machine has no such address")]
    [InlineData("--listen http://127.0.0.1:TAKEN", "another program listens there")]
    [InlineData("--listen http://127.0.0.1:0 --metrics http://127.0.0.1:TAKEN", "another program listens there")]
    [InlineData("--listen https://127.0.0.1:0 --tls-cert IN/cert.pem --tls-key IN/other.pem", "belongs to another certificate")]
    [InlineData("--listen https://127.0.0.1:0 --tls-cert IN/cert.pem --tls-key IN/encrypted.pem", "the key is encrypted")]
    [InlineData("--listen https://127.0.0.1:0 --tls-cert IN/key.pem --tls-key IN/key.pem", "the first is not a certificate")]
    [InlineData("--listen https://127.0.0.1:0 --tls-cert IN/cert.pem --tls-key IN/cert.pem", "the second is not a private key")]
    [InlineData("--listen https://127.0.0.1:0 --tls-cert IN/nothing --tls-key IN/key.pem", "`tls-cert`: ")]
    [InlineData("--listen https://127.0.0.1:0 --tls-cert IN --tls-key IN/key.pem", "`tls-cert`: ")]
    [InlineData("--listen http://127.0.0.1:0 --data /proc/foo", "the directory `/proc/foo` cannot be made")]
    [InlineData("--listen http://127.0.0.1:0 --data /dev/null", "the directory `/dev/null` cannot be made")]
    [InlineData("--listen http://127.0.0.1:0 --data IN/a-file", "cannot be made")]
    [InlineData("--listen http://127.0.0.1:0 --data IN/a-file/below", "cannot be made")]
    public async Task A_start_that_cannot_succeed_is_one_line_and_1(string options, string says)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var words = options.Replace("IN", _folder.FullName, StringComparison.Ordinal)
            .Replace("TAKEN", $"{((IPEndPoint)taken.LocalEndpoint).Port}", StringComparison.Ordinal).Split(' ');
        string[] data = words.Contains("--data") ? [] : ["--data", Path.Combine(_folder.FullName, "data")];

        IsOneLine(await RunAsync(["--enforce", "record", .. data, .. words]), says);
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "data")), "a start that failed has made an installation");
    }

    [Theory]
    [InlineData("--data IN/data --listen http://127.0.0.1:80", "cannot listen on http://127.0.0.1:80: ports below 1024 need root")]
    [InlineData("--data IN/data --listen http://127.0.0.1:0", "the directory `IN/data` cannot be made")]
    [InlineData("--data IN/locked --listen http://127.0.0.1:0", "check the permissions")]
    public async Task What_only_root_may_is_one_line_and_1_for_others(string options, string says)
    {
        if (File.ReadAllText("/proc/sys/net/ipv4/ip_unprivileged_port_start").Trim() != "1024")
        {
            Assert.Skip("here everybody may listen on every port");
        }

        Write("locked/portlight.db.lock", "");
        File.SetUnixFileMode(Path.Combine(_folder.FullName, "locked/portlight.db.lock"), UnixFileMode.None);
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b101_101_101);
        var text = options.Replace("IN", _folder.FullName, StringComparison.Ordinal);
        string[] asNobody = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];

        IsOneLine(await StartAsync([.. asNobody, PortlightProgram.Path, "serve", "--enforce", "record", .. text.Split(' ')]), says.Replace("IN", _folder.FullName, StringComparison.Ordinal));
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
    }

    [Fact]
    public async Task A_start_on_a_full_disk_is_one_line_and_1()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_folder.FullName, "disk")).FullName;
        string[] onFullDisk =
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs \"$0\" && dd if=/dev/zero of=\"$0/ballast\" 2>/dev/null; exec \"$@\"", disk];

        IsOneLine(await StartAsync([.. onFullDisk, PortlightProgram.Path, "serve", "--enforce", "record", "--data", $"{disk}/data", "--listen", "http://127.0.0.1:0"]), "room");
    }

    [Fact]
    public async Task A_start_on_a_disk_that_is_only_read_is_one_line_and_1_and_names_no_other_server()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_folder.FullName, "disk")).FullName;
        string[] onReadOnlyDisk = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o ro tmpfs \"$0\"; exec \"$@\"", disk];

        IsOneLine(
            await StartAsync([.. onReadOnlyDisk, PortlightProgram.Path, "serve", "--enforce", "record", "--data", disk, "--listen", "http://127.0.0.1:0"]),
            $"`{disk}/portlight.db.lock` cannot be opened or written: Read-only file system");
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_named_and_SSL_CERT_FILE_makes_it_trusted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=portlight", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Write("own.pem", certificate.ExportCertificatePem());
        Write("own.key", key.ExportPkcs8PrivateKeyPem());
        var data = Path.Combine(_folder.FullName, "data");
        var command = ServeProcess.CommandOn(data);
        command.ArgumentList[command.ArgumentList.IndexOf("http://127.0.0.1:0")] = "https://127.0.0.1:0";
        foreach (var word in (string[])["--tls-cert", $"{_folder.FullName}/own.pem", "--tls-key", $"{_folder.FullName}/own.key"])
        {
            command.ArgumentList.Add(word);
        }

        using var server = await ServeProcess.StartAsync(command, data);

        IsOneLine(await StartAsync([PortlightProgram.Path, "status", "--data", data]), "the server's certificate is not trusted");
        var (code, _, error) = await StartAsync(["env", $"SSL_CERT_FILE={_folder.FullName}/own.pem", PortlightProgram.Path, "status", "--data", data]);
        Assert.True(code == 0, error);
    }

    [Fact]
    public async Task A_demo_without_the_program_that_makes_its_namespaces_is_one_line_and_1() =>
        IsOneLine(await StartAsync(["env", "PATH=/nowhere", PortlightProgram.Path, "demo"]), "the demo needs the program `unshare` (util-linux), which is not on the search path");

    private static void IsOneLine((int Code, string Output, string Error) run, string says)
    {
        Assert.True(run.Code == 1, $"{run.Code}: {run.Error}");
        Assert.Empty(run.Output);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("portlight: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", run.Error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await PortlightCommand.RunAsync(["serve", .. words], output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<(int Code, string Output, string Error)> StartAsync(string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
