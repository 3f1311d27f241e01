// The storage account: runs, files, the Functions host's own and Durable's. Nobody has a key to it.
import { tagValues } from 'types.bicep'

@description('What it is called.')
@minLength(3)
@maxLength(24)
param name string

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

@description('Keeps three copies in three zones.')
param zoneRedundant bool

@description('Closes it to all but private endpoints.')
param isPrivate bool

@description('Days that the product keeps ended runs.')
param retentionDays int

@description('Pages that may fetch and put files by their links.')
param browserOrigins string[]

// Storage:Container of the settings.
var container = 'comfyfunc'
var deployments = 'deployments'

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      // Open, links lead here: whoever holds a signature, and nobody else, has one file for an hour.
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // What is deleted is deleted: runs are users' pictures. Whole containers come back for a week.
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
      cors: {
        corsRules: [
          {
            allowedOrigins: browserOrigins
            // A page reads outputs (the console a ZIP of a batch, after a redirect, hence any header) and puts uploads by their links.
            allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT']
            allowedHeaders: ['*']
            exposedHeaders: ['Content-Disposition', 'Content-Length', 'Content-Range', 'ETag', 'x-ms-error-code']
            maxAgeInSeconds: 3600
          }
        ]
      }
    }

    resource packages 'containers' = {
      name: deployments
      properties: { publicAccess: 'None' }
    }
  }

  // The product removes what it no longer needs. These rules take what a sweep that never ran has left; they come after it by far.
  // Prompts, graphs and catalogs are named by their content and belong to workflows: they stay.
  resource lifecycle 'managementPolicies' = {
    name: 'default'
    dependsOn: [blobs]
    properties: {
      policy: {
        rules: [
          {
            name: 'runs-past-retention'
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['${container}/runs/', '${container}/batches/'] }
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: retentionDays + 30 } } }
            }
          }
          {
            name: 'uploads-never-used'
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['${container}/uploads/'] }
              // The product takes them after two days.
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 15 } } }
            }
          }
        ]
      }
    }
  }
}

@description('The account.')
output id string = account.id

@description('Where packages of the app are put.')
output deploymentContainerUrl string = '${account.properties.primaryEndpoints.blob}${deployments}'
