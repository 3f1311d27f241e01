// Parameters of main.bicep, each from a variable of the environment: `azd env set VIRTUAL_NETWORK true`. docs/azure.md lists them.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'comfyfunc')
param tags = json(readEnvironmentVariable('TAGS', '{}'))

param instanceMemoryMB = int(readEnvironmentVariable('INSTANCE_MEMORY_MB', '2048'))
param maximumInstanceCount = int(readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', '40'))
param alwaysReady = {
  http: int(readEnvironmentVariable('ALWAYS_READY_HTTP', '1'))
  durable: int(readEnvironmentVariable('ALWAYS_READY_DURABLE', '1'))
}
param httpConcurrency = int(readEnvironmentVariable('HTTP_CONCURRENCY', '100'))
param rollingUpdate = bool(readEnvironmentVariable('ROLLING_UPDATE', 'true'))
param zoneRedundant = bool(readEnvironmentVariable('ZONE_REDUNDANT', 'false'))

param publicUrl = readEnvironmentVariable('PUBLIC_URL', '')
param browserOrigins = json(readEnvironmentVariable('BROWSER_ORIGINS', '[]'))
param retentionDays = int(readEnvironmentVariable('RETENTION_DAYS', '7'))
param settings = json(readEnvironmentVariable('SETTINGS', '{}'))
param vaultSettings = json(readEnvironmentVariable('VAULT_SETTINGS', '{}'))

param keyVault = bool(readEnvironmentVariable('KEY_VAULT', 'false'))
param eventGrid = bool(readEnvironmentVariable('EVENT_GRID', 'false'))
param durableTaskScheduler = bool(readEnvironmentVariable('DURABLE_TASK_SCHEDULER', 'false'))
param virtualNetwork = bool(readEnvironmentVariable('VIRTUAL_NETWORK', 'false'))
param addressPrefix = readEnvironmentVariable('ADDRESS_PREFIX', '10.20.0.0/16')
param natGateway = bool(readEnvironmentVariable('NAT_GATEWAY', 'false'))

param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param alertQueueSeconds = int(readEnvironmentVariable('ALERT_QUEUE_SECONDS', '120'))
param logRetentionDays = int(readEnvironmentVariable('LOG_RETENTION_DAYS', '30'))
param logDailyCapGB = int(readEnvironmentVariable('LOG_DAILY_CAP_GB', '1'))
