using Portlight.Cli;

return await PortlightCommand.RunAsync(args, Console.Out, Console.Error);
