using System.Diagnostics.CodeAnalysis;
using System.Text;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Client;

/// <summary>
/// AWS's shared credentials format: <c>[profile]</c> sections of <c>name = value</c> lines, <c>#</c> and <c>;</c> starting remarks.
/// </summary>
public static class SharedCredentialsFile
{
    public const string DefaultProfile = "default";

    /// <summary>Finds a profile's credentials in the text of such a file.</summary>
    public static bool TryParse(
        string text,
        string profile,
        [NotNullWhen(true)] out AwsCredentials? credentials,
        [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        credentials = null;
        var values = Section(text, profile);
        if (values is null)
        {
            problem = $"there is no profile `{profile}`";
            return false;
        }

        string? id = values.GetValueOrDefault("aws_access_key_id"), secret = values.GetValueOrDefault("aws_secret_access_key");
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(secret))
        {
            problem = $"profile `{profile}` must have both aws_access_key_id and aws_secret_access_key";
            return false;
        }

        problem = null;
        credentials = new(id, secret, values.GetValueOrDefault("aws_session_token"));
        return true;
    }

    /// <summary>Reads a file; one that is not there or cannot be opened is a problem like any other.</summary>
    public static bool TryRead(
        string path,
        string profile,
        [NotNullWhen(true)] out AwsCredentials? credentials,
        [NotNullWhen(false)] out string? problem)
    {
        credentials = null;
        try
        {
            if (TryParse(File.ReadAllText(path), profile, out credentials, out problem))
            {
                return true;
            }

            problem = $"{path}: {problem}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"{path}: {exception.Message}";
        }

        return false;
    }

    /// <summary>
    /// Writes a file of one profile that its owner alone may read. A file that is there is replaced whole: a reader meanwhile sees
    /// the old or the new one, and the secret never stands in a file with wider rights.
    /// </summary>
    public static void Write(string path, string profile, AwsCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        var text = new StringBuilder()
            .Append($"[{profile}]\n")
            .Append($"aws_access_key_id = {credentials.AccessKeyId}\n")
            .Append($"aws_secret_access_key = {credentials.SecretAccessKey}\n");
        if (credentials.SessionToken is { } token)
        {
            text.Append($"aws_session_token = {token}\n");
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var draft = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            using (var file = new FileStream(draft, options))
            {
                file.Write(Encoding.UTF8.GetBytes(text.ToString()));
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static Dictionary<string, string>? Section(string text, string profile)
    {
        Dictionary<string, string>? values = null;
        var inside = false;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range).Trim();
            if (line.IsEmpty || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] == '[' && line[^1] == ']')
            {
                inside = line[1..^1].Trim().SequenceEqual(profile);
                if (inside)
                {
                    values ??= [];
                }

                continue;
            }

            var equals = line.IndexOf('=');
            if (inside && equals > 0)
            {
                values![line[..equals].Trim().ToString()] = line[(equals + 1)..].Trim().ToString();
            }
        }

        return values;
    }
}
