// ComfyFunc on Azure: a Flex Consumption app, a storage account and what watches over them, with one identity and no key anywhere.
//   azd up                                                                                     (azure.yaml; parameters by `azd env set`)
//   az deployment group create --resource-group <group> --parameters infra/main.bicepparam    (parameters from the environment)
// docs/azure.md says what each part is for.
targetScope = 'resourceGroup'

import { alwaysReadyInstances, settingValues, tagValues, vaultReferences } from 'modules/types.bicep'

@description('What everything is named after. azd gives the name of its environment.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Where everything is. Flex Consumption must be offered there: az functionapp list-flexconsumption-locations.')
param location string = resourceGroup().location

@description('Tags that every resource gets beside its own.')
param tags tagValues = {}

@description('Memory of one instance of the app, in MB: 512, 2048 or 4096.')
param instanceMemoryMB int = 2048

@description('Instances that the platform may start, over all groups of functions. Slots of hosts limit GPUs, not this.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that are always there for calls, which drive their runs (http), and for the keepers of long runs (durable). 0 for none.')
param alwaysReady alwaysReadyInstances = { http: 1, durable: 1 }

@description('Calls that one instance holds at once. Most of them only wait for their run, so it is many.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 100

@description('Whether a release replaces the one before instance by instance, which leaves running steps their time, or all at once.')
param rollingUpdate bool = true

@description('Spreads instances and storage over the zones of the region.')
param zoneRedundant bool = false

@description('Where the world reaches the app, if not at its own name: a domain of yours or a gateway, https://comfy.example.com.')
param publicUrl string = ''

@description('Web pages of other origins that may use the API and its links, such as https://app.example.com.')
param browserOrigins string[] = []

@description('Days that ended runs and their files are kept.')
@minValue(1)
@maxValue(3650)
param retentionDays int = 7

@description('More settings of the app, ComfyFunc__MaxQueued for one. What is set by hand is lost at the next deployment.')
param settings settingValues = {}

@description('Settings whose values are secrets of the key vault: name of the setting → name of the secret. Needs keyVault.')
param vaultSettings vaultReferences = {}

@description('Makes a key vault, for what opens the doors of hosts and for SecretsKey.')
param keyVault bool = false

@description('Makes an Event Grid topic that is told of every run.')
param eventGrid bool = false

@description('Makes a Durable Task Scheduler, which drives runs in place of storage. The package must be made for it: docs/azure.md.')
param durableTaskScheduler bool = false

@description('Puts storage and the vault behind private endpoints of a virtual network that the app is in, and closes them to all others.')
param virtualNetwork bool = false

@description('Addresses of that network: a /16.')
param addressPrefix string = '10.20.0.0/16'

@description('Gives the network a NAT gateway: one address for what goes out, and the only way out for hosts inside.')
param natGateway bool = false

@description('Who is written to when something is wrong. Without an address there are no alerts.')
param alertEmail string = ''

@description('Seconds that the runs of 15 minutes may have waited for a slot, on average, before it is an alert.')
@minValue(1)
param alertQueueSeconds int = 120

@description('Days that logs, traces and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('GB of logs, traces and metrics that are taken in a day; more is dropped. -1 takes all.')
@minValue(-1)
param logDailyCapGB int = 1

var token = toLower(uniqueString(subscription().id, resourceGroup().id, environmentName, location))
var everyTag = union(tags, { 'azd-env-name': environmentName })

// Names are known before anything is made, so that what-if can tell what will become of each resource.
var appName = 'func-${token}'
var identityName = 'id-${token}'
var storageName = 'st${token}'
var applicationInsightsName = 'appi-${token}'
var networkName = 'vnet-${token}'
var vaultName = keyVault ? 'kv-${token}' : ''
var topicName = eventGrid ? 'evgt-${token}' : ''
var schedulerName = durableTaskScheduler ? 'dts-${token}' : ''
var taskHubName = durableTaskScheduler ? 'comfyfunc' : ''

// In the public cloud an app is called by its name. The app's own settings and storage's CORS need it before there is an app.
var ownUrl = 'https://${appName}.azurewebsites.net'
var url = empty(publicUrl) ? ownUrl : publicUrl

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: identityName
  location: location
  tags: everyTag
}

module network 'modules/network.bicep' = if (virtualNetwork) {
  params: {
    name: networkName
    token: token
    location: location
    tags: everyTag
    addressPrefix: addressPrefix
    natGateway: natGateway
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: storageName
    location: location
    tags: everyTag
    zoneRedundant: zoneRedundant
    isPrivate: virtualNetwork
    retentionDays: retentionDays
    browserOrigins: union([ownUrl, url], browserOrigins)
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: 'log-${token}'
    applicationInsightsName: applicationInsightsName
    location: location
    tags: everyTag
    retentionDays: logRetentionDays
    dailyCapGB: logDailyCapGB
  }
}

module workbook 'modules/workbook.bicep' = {
  params: {
    location: location
    tags: everyTag
    applicationInsightsName: applicationInsightsName
  }
  dependsOn: [monitoring]
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmail)) {
  params: {
    token: token
    location: location
    tags: everyTag
    applicationInsightsName: applicationInsightsName
    email: alertEmail
    queueSeconds: alertQueueSeconds
  }
  dependsOn: [monitoring]
}

module vault 'modules/vault.bicep' = if (keyVault) {
  params: {
    name: vaultName
    location: location
    tags: everyTag
    isPrivate: virtualNetwork
  }
}

module events 'modules/events.bicep' = if (eventGrid) {
  params: {
    name: topicName
    location: location
    tags: everyTag
  }
}

module scheduler 'modules/scheduler.bicep' = if (durableTaskScheduler) {
  params: {
    name: schedulerName
    taskHubName: taskHubName
    location: location
    tags: everyTag
  }
}

module access 'modules/access.bicep' = {
  params: {
    identityName: identityName
    principalId: identity.properties.principalId
    storageName: storageName
    applicationInsightsName: applicationInsightsName
    vaultName: vaultName
    topicName: topicName
    schedulerName: schedulerName
    taskHubName: taskHubName
  }
  dependsOn: [storage, monitoring, vault, events, scheduler]
}

module storageEndpoints 'modules/privateEndpoint.bicep' = [
  for service in ['blob', 'queue', 'table']: if (virtualNetwork) {
    params: {
      name: 'pe-${service}-${token}'
      location: location
      tags: everyTag
      targetId: storage.outputs.id
      service: service
      zoneName: 'privatelink.${service}.${environment().suffixes.storage}'
      networkName: networkName
      subnetId: network!.outputs.endpointsSubnetId
    }
  }
]

module vaultEndpoint 'modules/privateEndpoint.bicep' = if (virtualNetwork && keyVault) {
  params: {
    name: 'pe-vault-${token}'
    location: location
    tags: everyTag
    targetId: vault!.outputs.id
    service: 'vault'
    zoneName: 'privatelink.vaultcore.azure.net'
    networkName: networkName
    subnetId: network!.outputs.endpointsSubnetId
  }
}

module app 'modules/app.bicep' = {
  params: {
    name: appName
    planName: 'plan-${token}'
    location: location
    tags: everyTag
    url: url
    identityName: identityName
    identityClientId: identity.properties.clientId
    storageName: storageName
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    applicationInsightsName: applicationInsightsName
    subnetId: network.?outputs.appSubnetId ?? ''
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReady: alwaysReady
    httpConcurrency: httpConcurrency
    rollingUpdate: rollingUpdate
    zoneRedundant: zoneRedundant
    retentionDays: retentionDays
    browserOrigins: browserOrigins
    vaultName: vaultName
    vaultSettings: vaultSettings
    topicName: topicName
    schedulerName: schedulerName
    taskHubName: taskHubName
    settings: settings
  }
  // It starts with what it may and what it can reach, or not at all.
  dependsOn: [access, monitoring, storageEndpoints, vaultEndpoint]
}

@description('The address of the API.')
output COMFYFUNC_URL string = '${url}/api'

@description('The name of the app.')
output AZURE_FUNCTION_APP_NAME string = appName

@description('Its address on Azure, whatever the world calls it.')
output AZURE_FUNCTION_APP_HOST_NAME string = app.outputs.hostName

@description('The storage account.')
output AZURE_STORAGE_ACCOUNT_NAME string = storageName

@description('The client id of the identity that the app acts by.')
output AZURE_IDENTITY_CLIENT_ID string = identity.properties.clientId

@description('Where its traces, metrics and logs are.')
output AZURE_APPLICATION_INSIGHTS_NAME string = applicationInsightsName

@description('The key vault, if there is one.')
output AZURE_KEY_VAULT_NAME string = vaultName

@description('The Event Grid topic, if there is one.')
output AZURE_EVENT_GRID_TOPIC_NAME string = topicName

@description('The virtual network, if there is one.')
output AZURE_VIRTUAL_NETWORK_NAME string = virtualNetwork ? networkName : ''

@description('The subnet for GPU hosts, if there is a virtual network.')
output AZURE_HOSTS_SUBNET_ID string = network.?outputs.hostsSubnetId ?? ''
