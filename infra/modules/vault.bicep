// The key vault: what opens hosts' doors, and SecretsKey. The app reads it by references in its settings; people fill it.
import { tagValues } from 'types.bicep'

@description('What it is called.')
param name string

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

@description('Closes it to all but private endpoints.')
param isPrivate bool

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

@description('The vault.')
output id string = vault.id
