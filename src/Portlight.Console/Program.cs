using Portlight.Console;
using Portlight.Console.Settings;

switch (ConsoleSettings.Read(args))
{
    case { Settings: { } settings }:
        {
            await using var application = ConsoleApplication.Build(settings, TimeProvider.System);
            try
            {
                await application.StartAsync();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
            {
                Console.Error.WriteLine($"portlight-console: {exception.Message}");
                return 1;
            }

            Console.WriteLine($"portlight-console ready {application.Urls.First()}");
            await application.WaitForShutdownAsync();
            return 0;
        }

    case { Answer: { } answer }:
        Console.WriteLine(answer);
        return 0;
    case { Problem: var problem }:
        Console.Error.WriteLine($"portlight-console: {problem}\n{ConsoleSettings.Usage}");
        return 2;
}
