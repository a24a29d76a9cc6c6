using Portlight.Bench;
using Portlight.Bench.Figures;

// One figure, or all of them: each prints what it measured as a ratio taken in one run. `echo` is the peer that the throughput figures start, `packets-…` are the ends of the packets' way.
return args switch
{
    ["echo"] => await EchoPeer.RunAsync(),
    ["throughput"] => await Throughput.RunAsync(),
    ["single"] => await SinglePut.RunAsync(),
    ["scale"] => await Scale.RunAsync(),
    ["decide"] => await Decide.RunAsync(),
    ["start"] => await StartUp.RunAsync(),
    ["store"] => await StoreWrites.RunAsync(),
    ["packets"] => await Packets.RunAsync(),
    ["packets-answer", var port] => Packets.Answer(port),
    ["packets-send", var place, var milliseconds] => Packets.Send(place, milliseconds),
    ["repair"] => await Repair.RunAsync(),
    ["all"] => await Throughput.RunAsync() + await SinglePut.RunAsync() + await Scale.RunAsync() + await Decide.RunAsync() + await StartUp.RunAsync() + await StoreWrites.RunAsync() + await Packets.RunAsync() + await Repair.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bench/run throughput|single|scale|decide|start|store|packets|repair|all");
    return 2;
}
