using System.Runtime.Versioning;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Tests.Client;

public sealed class SharedCredentialsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("portlight-credentials-").FullName;

    private string File => Path.Combine(_folder, "credentials");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(null)]
    [InlineData("token+/==")]
    public void Reads_back_what_it_wrote(string? token)
    {
        var credentials = new AwsCredentials("AKIDEXAMPLE", "a/secret+with=signs", token);

        SharedCredentialsFile.Write(File, "default", credentials);

        Assert.True(SharedCredentialsFile.TryRead(File, "default", out var read, out var problem), problem);
        Assert.Equal(credentials, read);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_owner_alone_may_read_what_it_wrote_even_over_a_file_with_wider_rights()
    {
        System.IO.File.WriteAllText(File, "");
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        SharedCredentialsFile.Write(File, "default", new("AKIDEXAMPLE", "secret"));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Finds_its_profile_among_others_and_overlooks_remarks()
    {
        const string Text = """
            # remark
            [other]
            aws_access_key_id = OTHER
            aws_secret_access_key = other
            [ default ]
            ; remark
            aws_access_key_id=ID
              aws_secret_access_key =  se=cret
            region = eu-west-1
            """;

        Assert.True(SharedCredentialsFile.TryParse(Text, "default", out var credentials, out _));
        Assert.Equal(new AwsCredentials("ID", "se=cret"), credentials);
        Assert.True(SharedCredentialsFile.TryParse(Text, "other", out credentials, out _));
        Assert.Equal("OTHER", credentials.AccessKeyId);
    }

    [Theory]
    [InlineData("", "there is no profile `default`")]
    [InlineData("[other]\naws_access_key_id=a", "there is no profile `default`")]
    [InlineData("[default]\naws_access_key_id=a", "profile `default` must have both aws_access_key_id and aws_secret_access_key")]
    [InlineData("[default]", "profile `default` must have both aws_access_key_id and aws_secret_access_key")]
    public void Says_what_is_missing(string text, string expected)
    {
        Assert.False(SharedCredentialsFile.TryParse(text, "default", out _, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_problem_that_names_it()
    {
        Assert.False(SharedCredentialsFile.TryRead(File, "default", out _, out var problem));
        Assert.StartsWith(File, problem, StringComparison.Ordinal);
    }
}
