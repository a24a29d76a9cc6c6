using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Portlight.Console.Activity;
using Portlight.Console.Api;
using Portlight.Console.Exposure;
using Portlight.Console.Live;
using Portlight.Console.Networking;
using Portlight.Console.Settings;
using Portlight.Console.Shell;
using Portlight.Console.SignIn;

namespace Portlight.Console;

/// <summary>Puts the console together: what it listens on, what it holds, and the order in which a request passes.</summary>
internal static class ConsoleApplication
{
    private const int LargestForm = 64 * 1024;

    /// <summary>Of what a page tells: a draft that its browser has kept comes as one message, and the usual 32 KB are fewer than the rules of one instance may take.</summary>
    private const int LargestKept = 1024 * 1024;

    public static WebApplication Build(ConsoleSettings settings, TimeProvider clock)
    {
        // The name is that of the assets' list beside the program, whatever program hosts it.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "portlight-console", ContentRootPath = AppContext.BaseDirectory });
        // Where it was built and not published, the assets are in the source tree; a list beside the program says so, and without that list this does nothing.
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(settings.Listen.GetLeftPart(UriPartial.Authority));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestForm;
            if (settings is { TlsCertificate: { } chain, TlsKey: { } key })
            {
                kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = X509Certificate2.CreateFromPemFile(chain, key));
            }
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // Files of keys that are not encrypted are what is meant here: the folder is this user's alone.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        AddServices(builder.Services, settings, clock);
        var application = builder.Build();
        Map(application);
        return application;
    }

    private static void AddServices(IServiceCollection services, ConsoleSettings settings, TimeProvider clock)
    {
        services.AddSingleton(settings);
        services.AddSingleton(clock);
        services.AddSingleton(new ApiEndpoint(settings, clock));
        services.AddSingleton<SessionExchange>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<LiveFleets>();
        services.AddSingleton<ServedRegions>();
        services.AddSingleton<Openings>();
        services.AddScoped<Visit>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<Visit>());
        services.AddHttpContextAccessor();
        services.AddCascadingAuthenticationState();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = 200;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(3);
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestKept);
        var protection = services.AddDataProtection().SetApplicationName("portlight-console");
        if (settings.Data is { } data)
        {
            protection.PersistKeysToFileSystem(OwnDirectory(Path.Combine(data, "keys")));
        }
        else
        {
            protection.UseEphemeralDataProtectionProvider();
        }

        services.AddAntiforgery(antiforgery => antiforgery.Cookie = new CookieBuilder { Name = "portlight-form", HttpOnly = true, SameSite = SameSiteMode.Strict, SecurePolicy = CookieSecurePolicy.SameAsRequest, IsEssential = true });
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme).Configure<Sessions>((cookie, sessions) =>
        {
            cookie.Cookie = new CookieBuilder { Name = "portlight-session", HttpOnly = true, SameSite = SameSiteMode.Strict, SecurePolicy = CookieSecurePolicy.SameAsRequest, IsEssential = true, Path = "/" };
            cookie.SlidingExpiration = false;
            cookie.SessionStore = sessions;
            cookie.LoginPath = "/sign-in";
            cookie.ReturnUrlParameter = "returnUrl";
        });
        // Every address that does not say otherwise, the connections of pages among them, is for people that are signed in.
        services.AddAuthorization(authorization => authorization.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    private static void Map(WebApplication application)
    {
        application.UseMiddleware<ResponseHeaders>();
        application.UseExceptionHandler("/not-found", createScopeForErrors: true);
        application.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        application.UseRouting();
        application.UseAuthentication();
        application.UseAuthorization();
        application.UseAntiforgery();
        application.MapStaticAssets().AllowAnonymous();
        // A page whose connection fails asks it whether the session is over: then it is led to signing in.
        application.MapGet("/session", () => Results.NoContent());
        application.MapGet("/palette", (string? q) => new RazorComponentResult<PaletteAnswers>(new { Query = q }));
        application.MapGet("/{region}/exposure.csv", ExposureCsv.RunAsync);
        application.MapGet("/activity.csv", ActivityCsv.RunAsync);
        application.MapGet("/{region}/exposure.svg", ExposureSvg.RunAsync);
        application.MapPost("/sign-out", SignOut.RunAsync);
        application.MapGet("/healthz", () => "ok").AllowAnonymous();
        application.MapRazorComponents<App>().AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = null);
    }

    private static DirectoryInfo OwnDirectory(string path) =>
        OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
