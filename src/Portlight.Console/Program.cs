using Portlight.Console;
using Portlight.Console.Settings;
using Portlight.Wire.Client;

switch (ConsoleSettings.Read(args))
{
    case { Settings: { } settings }:
        {
            var ticket = Environment.GetEnvironmentVariable(ProxyTicket.Variable);
            await using var application = ConsoleApplication.Build(settings with { Ticket = ticket }, TimeProvider.System);
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
            if (ticket is not null)
            {
                // The server that has started it holds the other end, and lets go of it at its own end, whatever that is.
                _ = Task.Run(() => Console.OpenStandardInput().CopyTo(Stream.Null)).ContinueWith(_ => application.Lifetime.StopApplication(), TaskScheduler.Default);
            }

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
