// ComfyFunc on Azure Functions (Flex Consumption): one storage account, one plan, one app with an identity of its own.
// az deployment group create --resource-group <group> --template-file infra/main.bicep --parameters name=<name>
@minLength(3)
@maxLength(16)
@description('What everything is named after: lower-case letters and digits.')
param name string

param location string = resourceGroup().location

@description('Instances that the platform may start. GPUs are limited by slots, not by this.')
param maximumInstanceCount int = 40

var storageName = toLower('${take(name, 16)}${take(uniqueString(resourceGroup().id), 8)}')
var deployments = 'deployments'

// Storage Blob Data Owner, Storage Queue Data Contributor, Storage Table Data Contributor, Storage Blob Delegator.
var roles = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  'db58b8e5-c6ad-4a2a-8342-4190687cbf4a'
]

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: storageName
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    minimumTlsVersion: 'TLS1_2'
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource container 'containers' = {
      name: deployments
    }
  }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-plan'
  location: location
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  kind: 'functionapp,linux'
  identity: { type: 'SystemAssigned' }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deployments}'
          authentication: { type: 'SystemAssignedIdentity' }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstanceCount
        // The listeners live in the workers: without one, ends are found by the runs' timers only.
        alwaysReady: [ { name: 'http', instanceCount: 1 } ]
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      appSettings: [
        { name: 'AzureWebJobsDisableHomepage', value: 'true' }
        { name: 'AzureWebJobsStorage__accountName', value: storage.name }
        { name: 'Storage__AccountName', value: storage.name }
      ]
    }
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  scope: storage
  name: guid(storage.id, app.id, role)
  properties: {
    principalId: app.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

output url string = 'https://${app.properties.defaultHostName}/api'
