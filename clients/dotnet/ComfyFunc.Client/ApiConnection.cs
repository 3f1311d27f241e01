using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>Speaks HTTP to one server: adds the key, repeats what is safe to repeat, and makes an exception of every refusal.</summary>
internal sealed class ApiConnection(HttpClient http, ComfyFuncClientOptions options)
{
    private const int MostRetries = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(100);

    private static readonly ProductInfoHeaderValue Agent = new(
        "comfyfunc-client",
        (typeof(ApiConnection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "0").Split('+')[0]);

    public Uri Base { get; } = new($"{Trim(options.BaseUrl.AbsoluteUri)}/api/");

    public Task<JsonElement> JsonAsync(HttpMethod method, string path, CancellationToken cancellationToken) =>
        JsonAsync(new ApiRequest(method, path), cancellationToken);

    /// <summary>The JSON that a request is answered with.</summary>
    public Task<JsonElement> JsonAsync(ApiRequest request, CancellationToken cancellationToken) => RepeatAsync(
        request.IsRepeatable,
        async ct =>
        {
            using var message = MessageOf(request);
            using var answer = await SendAsync(message, HttpCompletionOption.ResponseContentRead, AnswerPatience, ct);
            await using var body = await answer.Content.ReadAsStreamAsync(ct);
            return await JsonSerializer.DeserializeAsync<JsonElement>(body, cancellationToken: ct);
        },
        cancellationToken);

    /// <summary>A stream of events; whoever follows it comes back.</summary>
    public async Task<HttpResponseMessage> StreamAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var message = MessageOf(request);
        message.Headers.Accept.ParseAdd("text/event-stream");
        return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>What is behind a link: it needs no key and gets none.</summary>
    public Task<Stream> DownloadAsync(Uri url, CancellationToken cancellationToken) => RepeatAsync(
        isRepeatable: true,
        async ct =>
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, url);
            var answer = await SendAsync(message, HttpCompletionOption.ResponseHeadersRead, Timeout.InfiniteTimeSpan, ct);
            return await answer.Content.ReadAsStreamAsync(ct); // Closing it closes the answer.
        },
        cancellationToken);

    /// <summary>Sends a file where the server said; it is opened again where it has to be sent again.</summary>
    public Task UploadAsync(HttpMethod method, Uri url, IEnumerable<(string Name, string Value)> headers,
        Func<CancellationToken, Task<Stream>> open, CancellationToken cancellationToken) => RepeatAsync(
        isRepeatable: true,
        async ct =>
        {
            using var message = new HttpRequestMessage(method, url) { Content = new StreamContent(await open(ct)) };
            foreach (var (name, value) in headers)
            {
                if (!message.Headers.TryAddWithoutValidation(name, value))
                {
                    message.Content.Headers.TryAddWithoutValidation(name, value);
                }
            }

            using var answer = await SendAsync(message, HttpCompletionOption.ResponseContentRead, Timeout.InfiniteTimeSpan, ct);
            return true;
        },
        cancellationToken);

    private HttpRequestMessage MessageOf(ApiRequest request)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(Base, ApiPaths.WithQuery(request.Path, request.Query)));
        message.Headers.UserAgent.Add(Agent);
        foreach (var (name, value) in request.Headers.Append(("X-Api-Key", options.Key)).Append(("x-functions-key", options.FunctionKey)))
        {
            if (value is not null)
            {
                message.Headers.TryAddWithoutValidation(name, value);
            }
        }

        message.Content = request.Body is null ? null : new StringContent(request.Body, Encoding.UTF8, "application/json");
        return message;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, HttpCompletionOption completion, TimeSpan patience,
        CancellationToken cancellationToken)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        within.CancelAfter(patience);
        var answer = await http.SendAsync(message, completion, within.Token);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            var error = await ComfyFuncException.OfAsync(answer, cancellationToken);
            throw new RefusedException(error, answer.Headers.RetryAfter);
        }
    }

    private static async Task<T> RepeatAsync<T>(bool isRepeatable, Func<CancellationToken, Task<T>> attempt,
        CancellationToken cancellationToken)
    {
        for (var retries = 0; ; retries++)
        {
            ComfyFuncException error;
            TimeSpan? pause;
            try
            {
                return await attempt(cancellationToken);
            }
            catch (RefusedException refused)
            {
                (error, pause) = (refused.Error, PauseAfter(refused, isRepeatable));
            }
            catch (Exception e)
                when (e is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                (error, pause) = (ComfyFuncException.Unreachable(e), isRepeatable ? TimeSpan.Zero : null);
            }

            if (pause is not { } asked || retries == MostRetries)
            {
                throw error;
            }

            var own = FirstPause * Math.Pow(2, retries) * (0.5 + (Random.Shared.NextDouble() / 2));
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(asked.Ticks, own.Ticks, LongestPause.Ticks)), cancellationToken);
        }
    }

    // How long to wait before the request may be sent again; null where that helps nobody. Too many and not now were not carried out; of a
    // gateway's answers nobody knows.
    private static TimeSpan? PauseAfter(RefusedException refused, bool isRepeatable)
    {
        var asked = refused.RetryAfter?.Delta ?? refused.RetryAfter?.Date - DateTimeOffset.UtcNow;
        return refused.Error.Status switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => refused.Error.Code == "no_capable_host" && asked is null
                ? null : asked ?? TimeSpan.Zero,
            HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => isRepeatable ? asked ?? TimeSpan.Zero : null,
            _ => null,
        };
    }

    private static string Trim(string url)
    {
        var root = url.TrimEnd('/');
        return root.EndsWith("/api", StringComparison.Ordinal) ? root[..^"/api".Length] : root;
    }

    private sealed class RefusedException(ComfyFuncException error, RetryConditionHeaderValue? retryAfter) : Exception(error.Message)
    {
        public ComfyFuncException Error => error;

        public RetryConditionHeaderValue? RetryAfter => retryAfter;
    }
}

/// <summary>A request of the API.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    public IEnumerable<(string Name, string? Value)> Query { get; init; } = [];

    public IEnumerable<(string Name, string? Value)> Headers { get; init; } = [];

    public string? Body { get; init; }

    /// <summary>Whether it may be sent again when nobody knows what became of it.</summary>
    public bool IsRepeatable { get; init; } = true;
}
