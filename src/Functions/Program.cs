using ComfyFunc;
using ComfyFunc.Functions;
using ComfyFunc.Runs;
using ComfyFunc.Storage;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddStorage(StorageSettings.Read(builder.Configuration));
builder.Services.AddComfyFunc(builder.Configuration.GetSection(ComfyFuncOptions.Section));
builder.Services.AddSingleton<DurableClientSource>();
builder.Services.AddSingleton<IRunDriver, DurableDriver>();
builder.Build().Run();
