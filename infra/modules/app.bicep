// The app on Flex Consumption. It acts by one identity; none of its settings is a secret.
import { alwaysReadyInstances, settingValues, tagValues, vaultReferences } from 'types.bicep'

@description('What the app is called, and so its host name.')
param name string

@description('What its plan is called.')
param planName string

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

@description('Where the world reaches it.')
param url string

@description('The identity that it acts by.')
param identityName string

@description('How Entra calls it.')
param identityClientId string

@description('The storage account.')
param storageName string

@description('Where its packages are.')
param deploymentContainerUrl string

@description('Where its traces, metrics and logs go.')
param applicationInsightsName string

@description('The subnet that it is in; empty for none.')
param subnetId string

@description('MB of an instance.')
param instanceMemoryMB int

@description('Instances at most.')
param maximumInstanceCount int

@description('Instances that are always there.')
param alwaysReady alwaysReadyInstances

@description('Calls that one instance holds at once.')
param httpConcurrency int

@description('Replaces the release before instance by instance.')
param rollingUpdate bool

@description('Spreads instances over zones.')
param zoneRedundant bool

@description('Days that ended runs are kept.')
param retentionDays int

@description('Pages of other origins that may use the API.')
param browserOrigins string[]

@description('The key vault; empty where there is none.')
param vaultName string

@description('Settings that are secrets of the vault.')
param vaultSettings vaultReferences

@description('The Event Grid topic; empty where there is none.')
param topicName string

@description('The Durable Task Scheduler; empty where storage drives runs.')
param schedulerName string

@description('The task hub in it.')
param taskHubName string

@description('More settings; they win.')
param settings settingValues

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = if (!empty(topicName)) {
  name: topicName
}

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' existing = if (!empty(schedulerName)) {
  name: schedulerName
}

// FUNCTIONS_WORKER_RUNTIME and FUNCTIONS_EXTENSION_VERSION are not here: functionAppConfig says it, and Flex Consumption takes neither.
var baseSettings = {
  // The Functions host's own storage, and Durable's.
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsDisableHomepage: 'true'
  // The product's.
  Storage__AccountName: storageName
  Storage__ManagedIdentityClientId: identityClientId
  ComfyFunc__PublicUrl: url
  ComfyFunc__Retention: '${retentionDays}.00:00:00'
  // Which identity is meant by what asks for "the" identity: Event Grid.
  AZURE_CLIENT_ID: identityClientId
  // An address, no key: local authentication is off, and what is sent needs a token.
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identityClientId}'
}

// Callers do not reach storage that is private: the app hands files out itself.
var privateSettings = empty(subnetId) ? {} : { ComfyFunc__Links: 'Proxy' }

var topicSettings = empty(topicName) ? {} : { ComfyFunc__EventGrid__Endpoint: topic!.properties.endpoint }

var byIdentity = 'Authentication=ManagedIdentity;ClientID=${identityClientId}'
var schedulerSettings = empty(schedulerName)
  ? {}
  : {
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler!.properties.endpoint};${byIdentity}'
      TASKHUB_NAME: taskHubName
    }

var originSettings = toObject(
  range(0, length(browserOrigins)),
  i => 'ComfyFunc__Cors__Origins__${i}',
  i => browserOrigins[i]
)

var referenceSettings = empty(vaultName) && !empty(vaultSettings)
  ? fail('vaultSettings names secrets, and there is no key vault: set keyVault to true.')
  : mapValues(vaultSettings, secret => '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${secret})')

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        // Groups of functions have instances of their own. A run is driven where its call came in, and a long one has a keeper in the group
        // durable, which carries it on should that process leave: without an instance that stays, once one has been started.
        alwaysReady: filter(
          [
            { name: 'http', instanceCount: alwaysReady.http }
            { name: 'durable', instanceCount: alwaysReady.durable }
          ],
          group => group.instanceCount > 0
        )
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
      // The API takes it; the types of this release of Bicep do not know it yet.
      #disable-next-line BCP037
      siteUpdateStrategy: { type: rollingUpdate ? 'RollingUpdate' : 'Recreate' }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      baseSettings,
      privateSettings,
      topicSettings,
      schedulerSettings,
      originSettings,
      referenceSettings,
      settings
    )
  }

  // Packages come with a token of Entra; user names and passwords publish nothing.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

@description('Its host name on Azure.')
output hostName string = app.properties.defaultHostName
