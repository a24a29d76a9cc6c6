using Portlight.Api;

namespace Portlight.Cli.Settings;

/// <summary>All settings as they came out, and where each came from.</summary>
/// <param name="Options">The settings; null when there is a problem.</param>
/// <param name="Problems">What is wrong, each with the place it stands in.</param>
/// <param name="Origins">Of each setting that somebody named: the nearest place and its text there.</param>
/// <param name="File">The settings file that was read; null for none.</param>
internal sealed record SettingsReading(ServeOptions? Options, IReadOnlyList<string> Problems, IReadOnlyDictionary<Setting, (string Place, string Text)> Origins, string? File)
{
    public bool Names(string setting) => Origins.Keys.Any(named => named.Name == setting);

    /// <exception cref="UsageException">There is a problem.</exception>
    public ServeOptions Require() => Options ?? throw new UsageException(string.Join('\n', Problems));
}
