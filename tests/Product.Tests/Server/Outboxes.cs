using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Tests.Server;

/// <summary>An outbox over a test's tables.</summary>
internal static class Outboxes
{
    public static Outbox Over(IServiceProvider services, TimeProvider clock)
    {
        var tables = services.GetRequiredService<IDocumentTables>();
        return new(tables, new WebhookStore(tables, clock), new EventGridPublisher(null), new OutboxBell(), clock);
    }
}
