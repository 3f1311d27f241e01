// Everything on one machine, with Aspire's dashboard to look at it: Standalone, two simulated hosts in its pool, and what they tell over OTLP.
// Nothing needs it, and no release has it: docs/telemetry.md.
var builder = DistributedApplication.CreateBuilder(args);

var server = builder.AddProject<Projects.Standalone>("comfyfunc")
    .WithHttpEndpoint(port: 7071, isProxied: false)
    .WithHttpHealthCheck("/api/health")
    .WithArgs("--Data", Path.Combine(builder.AppHostDirectory, ".data"));

string[] hosts = ["sim-1", "sim-2"];
foreach (var (number, name) in hosts.Index())
{
    var host = builder.AddProject<Projects.ComfySim>(name).WithHttpEndpoint().WithHttpHealthCheck("/system_stats");
    host.WithArgs("--name", name, "--port", host.GetEndpoint("http").Property(EndpointProperty.TargetPort));
    server.WithEnvironment($"ComfyFunc__Hosts__{number}__Id", name)
        .WithEnvironment($"ComfyFunc__Hosts__{number}__Url", host.GetEndpoint("http"))
        .WaitFor(host);
}

await builder.Build().RunAsync();
