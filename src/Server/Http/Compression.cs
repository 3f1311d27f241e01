using System.IO.Compression;
using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ComfyFunc.Server.Http;

/// <summary>
/// Compresses JSON for callers that take it (br, gzip), in whatever web server the application is hosted. Event streams stay as they are.
/// </summary>
internal static class Compression
{
    public static IServiceCollection AddCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(c =>
        {
            c.EnableForHttps = true; // No answer puts a secret beside text of a stranger's choice, which is what BREACH takes.
            c.MimeTypes = [MediaTypeNames.Application.Json, MediaTypeNames.Application.ProblemJson, MediaTypeNames.Text.Html,
                MediaTypeNames.Text.Csv];
        });
        services.Configure<BrotliCompressionProviderOptions>(b => b.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(g => g.Level = CompressionLevel.Fastest);
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, First>());
        return services;
    }

    private sealed class First : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            // A file's length, its tag and its parts are those of its own bytes.
            app.UseWhen(context => !context.Request.IsOfFile(), a => a.UseResponseCompression());
            next(app);
        };
    }
}
