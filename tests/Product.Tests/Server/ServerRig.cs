using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests.Server;

/// <summary>
/// The application over storage in memory, without a driver: what endpoints answer, and what they leave in storage and in the log.
/// </summary>
internal sealed class ServerRig : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly LogText log = new();

    /// <param name="before">A rig whose storage this one has, as a process has that is started later.</param>
    /// <param name="tables">Tables that the test has a hand in, or that several rigs share.</param>
    /// <param name="blobs">Blobs that the test has a hand in.</param>
    public ServerRig(ComfyFuncOptions? options = null, ServerRig? before = null, TimeProvider? clock = null,
        IDocumentTables? tables = null, IBlobStore? blobs = null)
    {
        var all = new ServiceCollection().AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
            .AddSingleton<IRunDriver>(Driver).AddSingleton(clock ?? TimeProvider.System);
        if (before is not null)
        {
            all.AddSingleton(before.Get<IBlobStore>()).AddSingleton(before.Get<IDocumentTables>());
        }

        if (tables is not null)
        {
            all.AddSingleton(tables);
        }

        if (blobs is not null)
        {
            all.AddSingleton(blobs);
        }

        services = all.AddMemoryStorage().AddSingleton(options ?? new()).AddComfyFunc(new ConfigurationBuilder().Build())
            .BuildServiceProvider();
    }

    public NoDriver Driver { get; } = new();

    public string Log => log.ToString();

    public IServiceProvider Services => services;

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public async Task<ServerRig> StartedAsync()
    {
        await Get<IDocumentTables>().EnsureCreatedAsync(StoragePreparation.Tables, TestContext.Current.CancellationToken);
        await Get<HostMonitor>().JoinAsync(TestContext.Current.CancellationToken);
        return this;
    }

    /// <summary>Tells that runs have ended, as an end is told: to all who observe runs.</summary>
    public async Task TellEndsAsync(params RunRecord[] runs)
    {
        foreach (var run in runs)
        {
            await Get<RunObservers>().EndedAsync(run, TestContext.Current.CancellationToken);
        }
    }

    public static HttpRequest Request(string body = "", string query = "")
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Request.ContentType = "application/json";
        context.Request.QueryString = new(query);
        return context.Request;
    }

    public async Task<(int Status, JsonObject Body)> AnswerAsync(IResult result)
    {
        var context = new DefaultHttpContext { RequestServices = services, Response = { Body = new MemoryStream() } };
        await result.ExecuteAsync(context);
        context.Response.Body.Position = 0;
        return (context.Response.StatusCode, (await JsonNode.ParseAsync(context.Response.Body))!.AsObject());
    }

    /// <summary>Every row of a table as it is stored.</summary>
    public async Task<string> RowsAsync(string table)
    {
        var rows = new StringBuilder();
        await foreach (var document in Get<IDocumentTables>()[table].QueryAsync(new DocumentQuery { PageSize = DocumentQuery.LargestPage },
            TestContext.Current.CancellationToken))
        {
            rows.AppendLine(document.Json);
        }

        return rows.ToString();
    }

    /// <summary>Every file as it is stored.</summary>
    public async Task<string> FilesAsync()
    {
        var files = new StringBuilder();
        await foreach (var file in Get<IBlobStore>().ListAsync("", TestContext.Current.CancellationToken))
        {
            // It was listed.
            files.Append(file.Name)
                .AppendLine(Encoding.Latin1.GetString(
                    (await Get<IBlobStore>().ReadBytesAsync(file.Name, int.MaxValue, TestContext.Current.CancellationToken))!));
        }

        return files.ToString();
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private sealed class LogText : ILoggerProvider, ILogger
    {
        private readonly StringBuilder text = new();

        public override string ToString()
        {
            lock (text)
            {
                return text.ToString();
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (text)
            {
                text.AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
            }
        }

        public void Dispose()
        {
        }
    }
}
