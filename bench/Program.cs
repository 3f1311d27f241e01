using System.Globalization;
using BenchmarkDotNet.Running;
using ComfyFunc.Bench;
using ComfyFunc.Bench.Routing;

// dotnet run -c Release --project bench --
// latency|throughput|jobs|fuzz|transactions|bigfile|compile|routing|routing-sockets|simulate|placement|document|queue|drain|scale|stored|
// graphs|telemetry|callback|links|cost
switch (args)
{
    case ["latency", ..]:
        await Latency.RunAsync(args.Length > 1 ? new Uri(args[1]) : null);
        break;
    case ["throughput", ..]:
        await Throughput.RunAsync(args.Length > 1 ? new Uri(args[1]) : null);
        break;
    case ["jobs", ..]:
        await Jobs.RunAsync(args.Length > 1 ? new Uri(args[1]) : null);
        break;
    case ["fuzz", ..]:
        await Fuzz.RunAsync(args.Length > 1 ? new Uri(args[1]) : null);
        break;
    case ["transactions", ..]:
        await Transactions.RunAsync();
        break;
    case ["bigfile", ..]:
        await BigFile.RunAsync();
        break;
    case ["compile", ..]:
        BenchmarkRunner.Run<Compile>();
        break;
    case ["routing", ..]:
        RoutingBench.Run(args.Length > 1 ? args[1] : null);
        break;
    case ["routing-sockets", ..]:
        await SocketRouting.RunAsync();
        break;
    case ["simulate", ..]:
        return Simulate.Run(args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1,
            args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1000);
    case ["document", ..]:
        await Document.RunAsync(args.Length > 1 ? new Uri(args[1]) : null);
        break;
    case ["queue", ..]:
        await Queue.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000);
        break;
    case ["drain", ..]:
        await Drain.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000);
        break;
    case ["scale", ..]:
        await Scale.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000,
            args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 16);
        break;
    case ["graphs", ..]:
        Graphs.Run(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000);
        break;
    case ["stored", ..]:
        await Stored.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : Store.IsAzurite ? 20_000 : 100_000);
        break;
    case ["telemetry", ..]:
        await Telemetry.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 12);
        break;
    case ["links", ..]:
        await Links.RunAsync();
        break;
    // cost <url> <access log of its Azurite> <process id>…
    case ["cost", var url, var log, .. var processes]:
        await Cost.RunAsync(new Uri(url), log, [.. processes.Select(p => int.Parse(p, CultureInfo.InvariantCulture))]);
        break;
    case ["callback", ..]:
        await Callback.RunAsync();
        break;
    case ["placement", ..]:
        BenchmarkRunner.Run<Placement>();
        break;
    default:
        Console.Error.WriteLine(
            "One of: latency [url], throughput [url], jobs [url], fuzz [url], transactions, bigfile, compile, routing [plot.svg], "
                + "routing-sockets, simulate [count [first seed]], placement, queue [waiting], drain [waiting], scale [hosts [processes]], "
                + "stored [runs], graphs [count], telemetry [turns], callback, links, document [url], "
                + "cost <url> <access log> <process ids>. "
                + "The url is of an app that serves already, such as http://localhost:7071.");
        return 2;
}

return 0;
